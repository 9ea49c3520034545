/** What a container does to the machine, from now on. */
export interface Load {
  /** 100 is one core, as `docker stats` shows it. */
  readonly cpuPercent: number;
  /** Without the file cache. */
  readonly memoryBytes: number;
  readonly cacheBytes: number;
  readonly rxBytesPerSecond: number;
  readonly txBytesPerSecond: number;
  readonly readBytesPerSecond: number;
  readonly writeBytesPerSecond: number;
  readonly pids: number;
}

export const idleLoad: Load = {
  cpuPercent: 0,
  memoryBytes: 4 * 1024 ** 2,
  cacheBytes: 1024 ** 2,
  rxBytesPerSecond: 0,
  txBytesPerSecond: 0,
  readBytesPerSecond: 0,
  writeBytesPerSecond: 0,
  pids: 1,
};

/** The counters of one run of a container, as they stand at one moment. */
export interface Counters {
  readonly timeNanos: bigint;
  readonly cpuNanos: number;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** Adds up a container's load over time. */
export class Usage {
  #load: Load;
  #counters: Counters;

  constructor(load: Load, startNanos: bigint) {
    this.#load = load;
    this.#counters = {
      timeNanos: startNanos,
      cpuNanos: 20_000_000,
      rxBytes: 0,
      txBytes: 0,
      readBytes: 0,
      writeBytes: 0,
    };
  }

  get load(): Load {
    return this.#load;
  }

  change(load: Load, nowNanos: bigint): void {
    this.#counters = this.at(nowNanos);
    this.#load = load;
  }

  at(nowNanos: bigint): Counters {
    const { timeNanos, ...sums } = this.#counters;
    const seconds = Math.max(0, Number(nowNanos - timeNanos)) / 1e9;
    const load = this.#load;
    return {
      timeNanos: nowNanos,
      cpuNanos: Math.round(sums.cpuNanos + seconds * load.cpuPercent * 1e7),
      rxBytes: Math.round(sums.rxBytes + seconds * load.rxBytesPerSecond),
      txBytes: Math.round(sums.txBytes + seconds * load.txBytesPerSecond),
      readBytes: Math.round(sums.readBytes + seconds * load.readBytesPerSecond),
      writeBytes: Math.round(sums.writeBytes + seconds * load.writeBytesPerSecond),
    };
  }
}
