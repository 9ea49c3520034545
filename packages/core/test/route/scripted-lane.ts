import type { ContainerRecord, DropReason, RecordKind, SinkNeed } from '@tallyman/sdk';
import type { LanePort } from '../../src/ship/lane-port.ts';
import { Account, type AccountSnapshot } from '../../src/vitals/account.ts';

/** A lane that takes as many records as the test lets it, and keeps them. */
export class ScriptedLane implements LanePort {
  readonly name: string;
  readonly kinds: ReadonlySet<RecordKind>;
  readonly needs: ReadonlySet<SinkNeed>;
  readonly taken: ContainerRecord[] = [];
  readonly #account = new Account();
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(
    name: string,
    options: {
      readonly kinds?: readonly RecordKind[];
      readonly needs?: readonly SinkNeed[];
      readonly free?: number;
    } = {},
  ) {
    this.name = name;
    this.kinds = new Set(options.kinds ?? ['log', 'stat', 'event']);
    this.needs = new Set(options.needs);
    this.#free = options.free ?? Number.POSITIVE_INFINITY;
  }

  get ids(): readonly string[] {
    return this.taken.map(({ id }) => id);
  }

  /** Those who wait for room. */
  get waiting(): number {
    return this.#waiting.size;
  }

  offer(records: readonly ContainerRecord[]): number {
    const taken = records.slice(0, this.#free);
    this.#free -= taken.length;
    this.#account.offered(taken.length);
    this.taken.push(...taken);
    return taken.length;
  }

  refuse(records: number, reason: DropReason): void {
    this.#account.offered(records);
    this.#account.dropped(reason, records);
  }

  /** Lets in so many more. */
  frees(records: number): void {
    this.#free += records;
    for (const wake of this.#waiting) wake();
  }

  room(signal: AbortSignal): Promise<void> {
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
