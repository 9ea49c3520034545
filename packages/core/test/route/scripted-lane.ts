import type { ContainerRecord, RecordKind, SinkNeed } from '@tallyman/sdk';
import type { LogChunk, LogMark } from '../../src/decode/mark.ts';
import type { LanePort } from '../../src/ship/lane-port.ts';
import { MarkedPositions } from '../../src/state/marked-positions.ts';
import { Account, type AccountSnapshot } from '../../src/vitals/account.ts';

export interface ScriptedLaneOptions {
  readonly kinds?: readonly RecordKind[];
  readonly needs?: readonly SinkNeed[];
  /** How many log records it takes before it is full. */
  readonly free?: number;
  readonly bornAt?: string;
  /** What it has settled in an earlier life. */
  readonly marks?: readonly LogMark[];
}

/** A lane that takes as many log records as the test lets it, and keeps them. */
export class ScriptedLane implements LanePort {
  readonly name: string;
  readonly kinds: ReadonlySet<RecordKind>;
  readonly needs: ReadonlySet<SinkNeed>;
  readonly positions: MarkedPositions;
  readonly taken: ContainerRecord[] = [];
  /** Whether it says that room is on its way. */
  isMakingRoom = false;
  /** How many of them were taken as history. */
  history = 0;
  readonly #account = new Account();
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(name: string, options: ScriptedLaneOptions = {}) {
    this.name = name;
    this.kinds = new Set(options.kinds ?? ['log', 'stat', 'event']);
    this.needs = new Set(options.needs);
    this.#free = options.free ?? Number.POSITIVE_INFINITY;
    const marks = (options.marks ?? []).map((mark) => ({ delivered: mark }));
    this.positions = new MarkedPositions(options.bornAt ?? '1970-01-01T00:00:00.000000000Z', marks);
  }

  get ids(): readonly string[] {
    return this.taken.map(({ id }) => id);
  }

  get lines(): readonly string[] {
    return this.taken.flatMap((record) => (record.kind === 'log' ? [record.message] : []));
  }

  /** Those who wait for room. */
  get waiting(): number {
    return this.#waiting.size;
  }

  offerLog({ records, mark }: LogChunk, age: 'live' | 'history'): boolean {
    if (records.length > 0 && this.#free <= 0) return false;
    this.#free -= records.length;
    if (age === 'history') this.history += records.length;
    this.offer(Array.from(records));
    this.positions.delivered(mark);
    return true;
  }

  offer(records: readonly ContainerRecord[]): void {
    this.#account.offered(records.length);
    this.taken.push(...records);
  }

  /** Takes no more logs. */
  fill(): void {
    this.#free = 0;
  }

  /** Lets in so many more; what comes with them at once, too. */
  frees(records: number): void {
    this.#free = Math.max(0, this.#free) + records;
    for (const wake of this.#waiting) wake();
  }

  makesRoom(): boolean {
    return this.isMakingRoom;
  }

  room(_age: 'live' | 'history', signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#free > 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', onAbort);
      };
      const wake = () => {
        leave();
        resolve();
      };
      const onAbort = () => {
        leave();
        reject(signal.reason);
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** What was taken is held: nothing is delivered. */
  account(): AccountSnapshot {
    return this.#account.snapshot(this.taken.length);
  }
}
