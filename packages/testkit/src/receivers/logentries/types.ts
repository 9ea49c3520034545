import type { ReceiverOptions } from '../receiver.ts';
import type { ReceivedTail } from '../tcp/steps.ts';

export interface LogentriesOptions extends ReceiverOptions {
  /** Those that belong to a log. Any well-formed one does unless given. */
  readonly tokens?: readonly string[];
}

export interface LogentriesLine {
  readonly token: string;
  /** Without token and newline; U+2028 stands as it was sent. */
  readonly event: string;
  readonly connection: number;
  readonly timeMs: number;
}

/** What a line, or a webhook's request, violated. */
export type LogentriesRule =
  | 'token'
  | 'space'
  | 'empty'
  | 'length'
  | 'carriage-return'
  | 'nul'
  | 'newline'
  | 'utf-8';

export interface LogentriesRefusal {
  readonly rule: LogentriesRule;
  readonly connection: number;
  /** Its first 200 bytes. */
  readonly line: string;
}

export interface LogentriesLedger {
  /** In the order they were read. */
  readonly accepted: readonly LogentriesLine[];
  /** Well-formed, for no log: the service takes them and says nothing. */
  readonly unknownToken: readonly LogentriesLine[];
  /** What the service would garble, cut or lose without a word. */
  readonly refused: readonly LogentriesRefusal[];
  /** What a connection left without a newline: never an event. */
  readonly tails: readonly ReceivedTail[];
}

export interface LogentriesTally {
  readonly accepted: number;
  readonly unknownToken: number;
  readonly refused: number;
  readonly acceptedByToken: Readonly<Record<string, number>>;
}
