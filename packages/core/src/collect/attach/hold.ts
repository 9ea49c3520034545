import type { LogRecord } from '../../decode/log.ts';
import { weightOf } from '../../decode/weight.ts';
import type { TakeAtOnce } from './connection.ts';

/** `undecided`: whether it is needed is being found out. `beside_log`: only if the engine's log gives nothing. */
type Need = 'undecided' | 'beside_log' | 'needed' | 'not_needed';

export interface HoldSettings {
  readonly limitBytes: number;
  /** What becomes of it where there is no room while nothing is decided. */
  readonly whenFull: 'release' | 'drop';
  /** Receives what is needed. */
  readonly take: TakeAtOnce;
}

/** What is received before it is known whether it is needed. Bounded in bytes. */
export class Hold {
  readonly #settings: HoldSettings;
  #need: Need = 'undecided';
  #isLogRead: () => boolean = () => false;
  #held: LogRecord[] = [];
  #bytes = 0;

  constructor(settings: HoldSettings) {
    this.#settings = settings;
  }

  /** Whether it was handed on. */
  get isNeeded(): boolean {
    return this.#need === 'needed';
  }

  /** Whether what comes may be fetched no more. */
  get isNotNeeded(): boolean {
    return this.#need === 'not_needed';
  }

  add(records: readonly LogRecord[]): void {
    if (this.#need === 'beside_log' && this.#isLogRead()) this.drop();
    if (this.#need === 'not_needed') return;
    if (this.#need === 'needed') {
      this.#settings.take(records);
      return;
    }
    this.#held.push(...records);
    this.#bytes += records.reduce((sum, record) => sum + weightOf(record), 0);
    if (this.#bytes <= this.#settings.limitBytes) return;
    // A container that prints this much meanwhile lives, and its log can be opened.
    if (this.#need === 'undecided' && this.#settings.whenFull === 'release') this.release();
    else this.drop();
  }

  /** Needed only if the engine's log gives nothing. */
  besideLog(isLogRead: () => boolean): void {
    if (this.#need !== 'undecided') return;
    this.#need = 'beside_log';
    this.#isLogRead = isLogRead;
  }

  /** Hands on what was held, and from here on what comes. */
  release(): void {
    if (this.#need === 'not_needed') return;
    this.#need = 'needed';
    const held = this.#held;
    this.#forget();
    if (held.length > 0) this.#settings.take(held);
  }

  drop(): void {
    this.#need = 'not_needed';
    this.#forget();
  }

  #forget(): void {
    this.#held = [];
    this.#bytes = 0;
  }
}
