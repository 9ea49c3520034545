import type { SinkDefinition } from '@tallyman/sdk';
import type { ClauseNumber } from '@tallyman/testkit/conformance';
import { type Parts, sinkWith } from '../right-sink.ts';

/** A sink that breaks one clause and keeps all others. */
export interface WrongSink {
  readonly clause: ClauseNumber;
  /** What it does wrong. */
  readonly what: string;
  readonly definition: SinkDefinition;
}

export function wrong(clause: ClauseNumber, what: string, parts: Parts): WrongSink {
  return { clause, what, definition: sinkWith(parts) };
}

/** As a slip of a JavaScript author that no compiler sees. */
export function slip(clause: ClauseNumber, what: string, definition: object): WrongSink {
  return { clause, what, definition: { ...sinkWith(), ...definition } };
}
