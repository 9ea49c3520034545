import type { Matcher } from '@tallyman/core';
import type { ContainerLog, RecordKind } from '@tallyman/sdk';
import { kinds, kindWords } from '../config/tokens.ts';
import { durationMs } from '../config/units.ts';

/** What a client wants streamed. Of each list one entry has to match; one that is empty asks for nothing. */
export interface StreamWishes {
  /** Between two states. Absent: none are wanted. */
  readonly stateEveryMs?: number;
  /** Empty: no records are wanted. */
  readonly kinds: ReadonlySet<RecordKind>;
  /** By a matcher's key: one of its values has to match. */
  readonly containers: readonly (readonly Matcher[])[];
  readonly sinks: readonly string[];
  /** Of logs alone. */
  readonly streams: readonly string[];
  /** Texts of which a line has to contain one. Of logs alone. */
  readonly contains: readonly string[];
}

/** A query that cannot be answered. */
export class QueryError extends Error {
  readonly help: string;

  constructor(message: string, help: string) {
    super(message);
    this.help = help;
  }
}

const defaultEveryMs = 1_000;
const [shortestMs, longestMs] = [250, 60_000];
const matcherKeys = ['name', 'image', 'label', 'compose'] as const;
const known = ['state', 'records', ...matcherKeys, 'sink', 'stream', 'contains'];
const streams: readonly ContainerLog['stream'][] = ['stdout', 'stderr', 'console'];

/** Reads the query of `GET /api/stream`. Throws a {@link QueryError}. */
export function wishesFrom(query: URLSearchParams, sinks: readonly string[]): StreamWishes {
  const stranger = [...query.keys()].find((key) => !known.includes(key));
  if (stranger !== undefined)
    throw new QueryError(
      `there is no parameter ${stranger}`,
      `the parameters are ${inWords(known)}`,
    );
  const stateEveryMs = intervalFrom(query.get('state'));
  const wishes = {
    ...(stateEveryMs !== undefined && { stateEveryMs }),
    kinds: kindsFrom(query.getAll('records')),
    containers: matcherKeys
      .map((key) => query.getAll(key).map((value) => ({ [key]: value })))
      .filter((alternatives) => alternatives.length > 0),
    sinks: amongst('sink', query.getAll('sink'), sinks),
    streams: amongst('stream', query.getAll('stream'), streams),
    contains: query.getAll('contains'),
  };
  if (stateEveryMs === undefined && wishes.kinds.size === 0)
    throw new QueryError('nothing is asked for', 'name records=logs, or leave out state=off');
  return wishes;
}

function intervalFrom(text: string | null): number | undefined {
  if (text === 'off') return undefined;
  const ms = text === null ? defaultEveryMs : durationMs(text);
  if (ms === undefined || ms < shortestMs || ms > longestMs)
    throw new QueryError(
      `state=${text} is no interval`,
      'write a duration from 250ms to 60s such as 1s, or off',
    );
  return ms;
}

function kindsFrom(values: readonly string[]): ReadonlySet<RecordKind> {
  const words = values.flatMap((value) => value.split(','));
  amongst('records', words, Object.values(kindWords));
  return new Set(kinds.filter((kind) => words.includes(kindWords[kind])));
}

/** The values, where they are all known. */
function amongst(
  parameter: string,
  values: readonly string[],
  choices: readonly string[],
): readonly string[] {
  const stranger = values.find((value) => !choices.includes(value));
  if (stranger === undefined) return values;
  throw new QueryError(`${parameter}=${stranger} is unknown`, `there are ${inWords(choices)}`);
}

function inWords(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
