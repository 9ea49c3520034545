import type { Clock } from '@tallyman/sdk';
import type { Entry } from './entry.ts';
import type { Hold } from './hold.ts';
import { Loading } from './loading.ts';
import type { Spool } from './spool/spool.ts';
import { Spooling } from './spooling.ts';

export interface DiskTierContext {
  readonly spool: Spool;
  readonly hold: Hold;
  readonly clock: Clock;
  readonly isFailing: () => boolean;
  /** Whether nothing is lost while memory is full: readers wait. */
  readonly canWait: () => boolean;
  /** The batch is on disk now. */
  readonly stored: (entry: Entry) => void;
  /** The disk does not give the batch back. */
  readonly lost: (entry: Entry, error: string) => void;
  /** The disk has no room for so many bytes. */
  readonly full: (neededBytes: number) => void;
  /** Something was written or read. */
  readonly changed: () => void;
}

// After the deadline, for what is left to be written.
const lastWritesMs = 1_500;

/** The lane's way to the disk and back. */
export class DiskTier {
  readonly #clock: Clock;
  readonly #spool: Spool;
  readonly #spooling: Spooling;
  readonly #loading: Loading;

  constructor(context: DiskTierContext) {
    this.#clock = context.clock;
    this.#spool = context.spool;
    this.#spooling = new Spooling(context);
    this.#loading = new Loading(context);
  }

  get vitals(): { readonly freeBytes: number; readonly failure?: string } {
    const { freeBytes, failure } = this.#spool;
    return failure === undefined ? { freeBytes } : { freeBytes, failure };
  }

  /** Whether it can take something off the memory. */
  get relieves(): boolean {
    return this.#spool.failure === undefined && this.#spool.freeBytes > 0;
  }

  /** To be called with each batch that is cut. */
  cut(entry: Entry): void {
    this.#spooling.cut(entry);
  }

  /** To be called with each batch of which nothing is left. */
  settled(entry: Entry): void {
    this.#spooling.settled(entry);
  }

  /** Reads and writes what is to be now. */
  poke(): void {
    this.#loading.poke();
    this.#spooling.poke();
  }

  /**
   * Runs the lane's last deliveries and writes to disk what they leave: in good time where the sink fails,
   * otherwise from the deadline on, or once they are over. Gives up soon after the deadline.
   */
  async stop(deliveries: () => Promise<void>, deadline: AbortSignal): Promise<void> {
    const inTime = new AbortController();
    const late = Promise.withResolvers<void>();
    const onDeadline = () => {
      this.#spooling.everything('now');
      // Slept, not timed: it keeps the process alive.
      this.#clock.sleep(lastWritesMs, inTime.signal).then(late.resolve, () => undefined);
    };
    if (deadline.aborted) onDeadline();
    else deadline.addEventListener('abort', onDeadline, { once: true });
    this.#spooling.everything(deadline.aborted ? 'now' : 'while failing');
    await deliveries();
    this.#loading.stop();
    this.#spooling.everything('now');
    await Promise.race([this.#spooling.idle(), late.promise]);
    inTime.abort();
    deadline.removeEventListener('abort', onDeadline);
    this.#spooling.close();
  }
}
