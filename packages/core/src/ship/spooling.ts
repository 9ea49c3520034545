import type { Clock } from '@tallyman/sdk';
import type { Entry } from './entry.ts';
import type { Hold } from './hold.ts';
import type { Spool, SpoolEntry } from './spool/spool.ts';

export interface SpoolingContext {
  readonly spool: Spool;
  readonly hold: Hold;
  readonly clock: Clock;
  /** Whether the sink takes nothing at the moment. */
  readonly isFailing: () => boolean;
  /** Whether nothing is lost while memory is full: readers wait. */
  readonly canWait: () => boolean;
  /** The batch is on disk now. */
  readonly stored: (entry: Entry) => void;
  /** The disk has no room for so many bytes. */
  readonly full: (neededBytes: number) => void;
  /** Called when batches were written, or it is time to look again. */
  readonly changed: () => void;
}

/** How long a failing lane holds records in memory alone, and how long a disk that refused is left alone. */
const patienceMs = 1_000;

// Above these shares of its memory a lane is relieved by the disk. One whose sink works fills half of it with what
// is in flight, and what is read again stays below half: neither is worth a disk's work.
const [relievedFailing, relievedHealthy] = [1 / 2, 3 / 4];

// A sink that works, and has taken everything that is older, makes room itself: sooner than the disk would.
const promptMs = 500;

// So much of a failing lane's memory is free, once what it holds is on disk.
const freeFailing = 3 / 4;

// So much is given to the disk at once; what settles meanwhile need not be written.
const groupBytes = 4 * 1024 * 1024;

/**
 * Writes the lane's batches to disk, oldest first, also those in flight and those that came back: while the sink
 * fails, while memory runs short, and as long as older batches are on disk alone.
 */
export class Spooling {
  readonly #context: SpoolingContext;
  /** Cut and not on disk, oldest first. */
  readonly #unstored = new Set<Entry>();
  #everything: 'as needed' | 'while failing' | 'now' = 'as needed';
  #running: Promise<void> | undefined;
  #blockedUntilMs = 0;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(context: SpoolingContext) {
    this.#context = context;
  }

  /** To be called with each batch that is cut. */
  cut(entry: Entry): void {
    this.#unstored.add(entry);
  }

  /** To be called with each batch of which nothing is left. */
  settled(entry: Entry): void {
    this.#unstored.delete(entry);
    if (entry.stored) this.#context.spool.release(entry.stored);
  }

  /** Writes what is to be written now. To be called whenever that may have changed. */
  poke(): void {
    if (this.#running || this.#closed) return;
    if (this.#isDue()) {
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
        this.#context.changed();
      });
    } else this.#lookAgain();
  }

  /** The lane stops: everything is written, `now`, or as soon as the sink fails. */
  everything(when: 'while failing' | 'now'): void {
    this.#everything = when;
    if (when === 'now') this.#blockedUntilMs = 0;
    this.poke();
  }

  /** Resolves when all is written that can be. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Writes nothing any more but what is being written. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  async #run(): Promise<void> {
    do {
      const group = this.#group();
      if (group.length === 0) return;
      await Promise.all(group.map((entry) => this.#write(entry)));
      this.#context.changed();
    } while (this.#isDue());
  }

  async #write(entry: Entry): Promise<void> {
    const { spool, stored, clock, hold, isFailing } = this.#context;
    let written: SpoolEntry;
    try {
      written = await spool.append(entry.frame());
    } catch {
      // The spool says why. In memory the batch goes on as without a disk.
      this.#blockedUntilMs = clock.monotonicMs() + patienceMs;
      return;
    }
    if (entry.left === 0) {
      spool.release(written);
      return;
    }
    entry.stored = written;
    this.#unstored.delete(entry);
    stored(entry);
    // What waits for a sink that fails need not wait in memory.
    if (isFailing()) hold.makeRoom(hold.memoryBytes * freeFailing);
  }

  /** The oldest batches for which the disk has room. */
  #group(): readonly Entry[] {
    const { spool, hold, clock, full } = this.#context;
    const nowMs = clock.monotonicMs();
    hold.cutSince(this.#everything === 'as needed' ? nowMs - patienceMs : nowMs);
    const group: Entry[] = [];
    let bytes = 0;
    for (const entry of this.#unstored) {
      if (bytes + entry.bytes > spool.freeBytes) {
        this.#blockedUntilMs = nowMs + patienceMs;
        full(entry.bytes);
        break;
      }
      group.push(entry);
      bytes += entry.bytes;
      if (bytes >= groupBytes) break;
    }
    return group;
  }

  #isDue(): boolean {
    const { spool, hold, clock, isFailing } = this.#context;
    const nowMs = clock.monotonicMs();
    if (spool.failure !== undefined || nowMs < this.#blockedUntilMs) return false;
    const sinceMs = this.#oldestMs();
    if (sinceMs === undefined) return false;
    switch (this.#everything) {
      case 'now':
        return true;
      case 'while failing':
        if (isFailing()) return true;
        break;
      case 'as needed':
        if (isFailing() && nowMs - sinceMs >= patienceMs) return true;
    }
    if (this.#unstored.size > 0 && hold.onDiskOnly > 0) return true;
    return this.#isShort && nowMs - sinceMs >= this.#promptMs;
  }

  /** Whether memory is to be relieved, and something is there that would relieve it. */
  get #isShort(): boolean {
    const { hold, isFailing } = this.#context;
    if (this.#unstored.size === 0) return false;
    return hold.bytes > hold.memoryBytes * (isFailing() ? relievedFailing : relievedHealthy);
  }

  /** How long the sink is given to make room itself. */
  get #promptMs(): number {
    const { isFailing, canWait } = this.#context;
    return !isFailing() && canWait() ? promptMs : 0;
  }

  /** Since when the oldest record is held that is not on disk. */
  #oldestMs(): number | undefined {
    const [oldest] = this.#unstored;
    const openMs = this.#context.hold.openSinceMs;
    if (!oldest) return openMs;
    return openMs === undefined ? oldest.sinceMs : Math.min(oldest.sinceMs, openMs);
  }

  /** Sets a timer for when something will be due that is not now. */
  #lookAgain(): void {
    const { spool, clock, changed, isFailing } = this.#context;
    const sinceMs = this.#oldestMs();
    if (this.#cancelTimer || sinceMs === undefined || spool.failure !== undefined) return;
    const nowMs = clock.monotonicMs();
    const isBlocked = nowMs < this.#blockedUntilMs;
    if (!isBlocked && !isFailing() && !this.#isShort) return;
    const patience = isFailing() ? patienceMs : this.#promptMs;
    const dueMs = isBlocked ? this.#blockedUntilMs : sinceMs + patience;
    this.#cancelTimer = clock.after(dueMs - nowMs, () => {
      this.#cancelTimer = undefined;
      changed();
    });
  }
}
