import { isDeepStrictEqual } from 'node:util';
import { Secret } from '@tallyman/sdk';
import type { LoadedConfig, SinkConfig } from '../config/model.ts';

/** What differs between two configurations. Sinks are told by name, in the order of the files. */
export interface Changes {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Their sections differ in more than what they match. */
  readonly changed: readonly string[];
  /** They differ in what they match alone. */
  readonly rematched: readonly string[];
  readonly left: readonly string[];
  /** Other sections that differ, of those that can be changed while the agent runs. */
  readonly sections: readonly string[];
}

export function changesBetween(before: LoadedConfig, after: LoadedConfig): Changes {
  const known = new Map(before.sinks.map((sink) => [sink.name, sink]));
  const byFate = Object.groupBy(after.sinks, (sink) => fateOf(sink, known.get(sink.name)));
  const remaining = new Set(namesOf(after.sinks));
  return {
    added: namesOf(byFate.added),
    removed: namesOf(before.sinks).filter((name) => !remaining.has(name)),
    changed: namesOf(byFate.changed),
    rematched: namesOf(byFate.rematched),
    left: namesOf(byFate.left),
    sections: sections.filter(([, of]) => !isEqual(of(before), of(after))).map(([name]) => name),
  };
}

/** Settings that a running agent cannot change, where they differ from those that it was started with. */
export function neededRestarts(started: LoadedConfig, after: LoadedConfig): readonly string[] {
  const differing = fixed.filter(([, of]) => !isEqual(of(started), of(after)));
  const left = (['reader', 'rm'] as const).filter(
    (key) => started.collect.logs[key] === 'attach' && after.collect.logs[key] !== 'attach',
  );
  return [
    ...differing.map(([name]) => name),
    ...left.map((key) => `collect.logs.${key}, for containers that are attached to`),
  ];
}

type Part = readonly [name: string, of: (config: LoadedConfig) => unknown];

const sections: readonly Part[] = [
  ['collect.labels', ({ collect }) => collect.labels],
  ['collect.logs', ({ collect }) => collect.logs],
  ['collect.stats', ({ collect }) => collect.stats],
  ['collect.events', ({ collect }) => collect.events],
  ['collect.label_overrides', ({ collect }) => collect.labelOverrides],
  ['select', ({ select }) => select],
  ['fields', ({ fields }) => fields],
  ['state.max_size', ({ state }) => state.maxSizeBytes],
];

const fixed: readonly Part[] = [
  ['engine', ({ engine }) => engine],
  ['state.directory', ({ state }) => state.directory],
  ['admin', ({ admin }) => admin],
];

type Fate = 'added' | 'changed' | 'rematched' | 'left';

function fateOf(sink: SinkConfig, before: SinkConfig | undefined): Fate {
  if (before === undefined) return 'added';
  // Its code is loaded once; another definition is another sink.
  if (sink.definition !== before.definition) return 'changed';
  if (!isEqual(mannersOf(sink), mannersOf(before))) return 'changed';
  return isEqual(matchOf(sink), matchOf(before)) ? 'left' : 'rematched';
}

function mannersOf({ type, options, tokens, batch, queue, retry }: SinkConfig): object {
  return { type, options, tokens, batch, queue, retry };
}

function matchOf({ kinds, include, exclude }: SinkConfig): object {
  return { kinds, include, exclude };
}

function isEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(revealed(a), revealed(b));
}

/** Secrets as what they hide: to a comparison, two of them are equal whatever they hide. */
function revealed(value: unknown): unknown {
  if (value instanceof Secret) return ['secret', value.reveal()];
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}

function namesOf(sinks: readonly SinkConfig[] = []): readonly string[] {
  return sinks.map(({ name }) => name);
}
