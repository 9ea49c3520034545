import { defaultLedgerBytes, Kept } from '../kept.ts';
import type { ReceivedTail } from '../tcp/steps.ts';
import type { JudgedLine } from './rules.ts';
import type {
  LogentriesLedger,
  LogentriesLine,
  LogentriesOptions,
  LogentriesRefusal,
  LogentriesTally,
} from './types.ts';

const shownBytes = 200;

/** What the service took, and what it would have garbled or lost without a word. */
export class LogentriesBook {
  readonly #known: ReadonlySet<string> | undefined;
  readonly #accepted: Kept<LogentriesLine>;
  readonly #unknown: Kept<LogentriesLine>;
  readonly #refused: Kept<LogentriesRefusal>;
  readonly #tails: Kept<ReceivedTail>;
  readonly #byToken = new Map<string, number>();
  #count = { accepted: 0, unknownToken: 0, refused: 0 };

  constructor({ tokens, ledgerBytes = defaultLedgerBytes }: LogentriesOptions) {
    this.#known = tokens && new Set(tokens);
    this.#accepted = new Kept(ledgerBytes);
    this.#unknown = new Kept(ledgerBytes);
    this.#refused = new Kept(ledgerBytes);
    this.#tails = new Kept(ledgerBytes);
  }

  enter(judged: JudgedLine, line: Buffer, connection: number, timeMs: number): void {
    if ('rule' in judged) {
      this.#count.refused++;
      const shown = line.toString('utf8', 0, shownBytes);
      this.#refused.add({ rule: judged.rule, connection, line: shown }, shown.length);
      return;
    }
    const entry = { ...judged, connection, timeMs };
    // Wire contract 2.3: "If you have a bad token, there is no feedback from the server".
    if (this.#known?.has(judged.token) === false) {
      this.#count.unknownToken++;
      this.#unknown.add(entry, line.length);
      return;
    }
    this.#count.accepted++;
    this.#byToken.set(judged.token, (this.#byToken.get(judged.token) ?? 0) + 1);
    this.#accepted.add(entry, line.length);
  }

  enterTail(tail: Buffer, connection: number): void {
    this.#tails.add({ connection, tail: tail.toString('utf8') }, tail.length);
  }

  ledger(): LogentriesLedger {
    return {
      accepted: this.#accepted.list(),
      unknownToken: this.#unknown.list(),
      refused: this.#refused.list(),
      tails: this.#tails.list(),
    };
  }

  get tally(): LogentriesTally {
    return { ...this.#count, acceptedByToken: Object.fromEntries(this.#byToken) };
  }

  get notKept(): number {
    const lists = [this.#accepted, this.#unknown, this.#refused, this.#tails];
    return lists.reduce((sum, { notKept }) => sum + notKept, 0);
  }

  clear(): void {
    for (const list of [this.#accepted, this.#unknown, this.#refused, this.#tails]) list.clear();
    this.#byToken.clear();
    this.#count = { accepted: 0, unknownToken: 0, refused: 0 };
  }
}
