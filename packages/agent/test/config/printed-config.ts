import type { CollectSettings } from '@tallyman/core';
import { entryGrammar, grammar } from '../../src/config/grammar.ts';
import type { LoadedConfig, SinkConfig } from '../../src/config/model.ts';
import { laneTree, printedTree } from '../../src/config/print.ts';
import { written } from '../../src/config/settle.ts';
import { kindWords } from '../../src/config/tokens.ts';
import { isMapping } from '../../src/config/typed.ts';
import { durationText } from '../../src/config/units.ts';

/** A configuration as a file that loads as the same, every default written out and secrets masked. */
export function printedConfig(config: LoadedConfig): string {
  const { engine, collect, select, fields, state, admin, sinks } = config;
  const { host, address } = engine;
  const tls = address.kind === 'tcp' ? address.tls : undefined;
  const { directory, maxSizeBytes } = state;
  const sections = {
    engine: { host, ...(tls !== undefined && { tls }) },
    collect: collectTree(collect),
    select,
    fields,
    state: { ...(state.configured && { directory }), max_size: maxSizeBytes },
    admin: adminTree(admin),
  };
  const entries = sinks.map((sink) => [sink.name, sinkTree(sink)] as const);
  const tree = { ...sections, sinks: Object.fromEntries(entries) };
  return printedTree(literal(written(grammar, tree)));
}

function adminTree({ listen, configured, token }: LoadedConfig['admin']): unknown {
  return { ...(configured && { listen }), ...(token !== undefined && { token }) };
}

function collectTree({ labels, logs, stats, events, labelOverrides }: CollectSettings): unknown {
  const { startAt } = logs;
  return {
    labels,
    logs: {
      enabled: logs.enabled,
      start_at: typeof startAt === 'string' ? startAt : durationText(startAt.agoMs),
      reader: logs.reader,
      rm: logs.rm,
      max_line: logs.maxLineBytes,
      count: logs.count.map(({ name, pattern }) => ({ name, pattern: pattern.source })),
    },
    stats: { enabled: stats.enabled, interval: stats.intervalMs, reader: stats.reader },
    events,
    label_overrides: labelOverrides,
  };
}

function sinkTree({ type, definition, options, tokens, ...sink }: SinkConfig): unknown {
  const words = sink.kinds.map((kind) => kindWords[kind]);
  const byWord = Object.entries(kindWords).map(([kind, word]) => [word, tokenOf(kind, tokens)]);
  const tree = {
    type,
    tokens: Object.fromEntries(byWord.filter(([, token]) => token !== undefined)),
    match: { kinds: words, include: sink.include, exclude: sink.exclude },
    ...laneTree(sink),
  };
  const entry = written(entryGrammar, tree);
  return { ...(isMapping(entry) && entry), options: written(definition.options, options) };
}

function tokenOf(kind: string, tokens: SinkConfig['tokens']): unknown {
  return Object.entries(tokens).find(([of]) => of === kind)?.[1];
}

/** Values that were filled in once must not be filled in again: `$$` stands for a dollar sign. */
function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\$(?=[${])/g, '$$$$');
  if (Array.isArray(value)) return value.map(literal);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]));
}
