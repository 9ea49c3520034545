import { dirname } from 'node:path';
import type { CollectSettings } from '@tallyman/core';
import type { OptionsOf } from '@tallyman/sdk';
import type { SinkCatalogue } from './catalogue.ts';
import type { ChosenSink } from './chosen-sink.ts';
import { engineFrom } from './engine.ts';
import { explain } from './explain.ts';
import type { NoteFile } from './file-version.ts';
import { grammar } from './grammar.ts';
import type { Lookup } from './interpolate.ts';
import { adminFrom } from './listen.ts';
import type { EngineConfig, LoadedConfig } from './model.ts';
import { under } from './pointer.ts';
import { Report } from './report.ts';
import { settledAs } from './settle.ts';
import { chosenSinks, sinkFrom } from './sinks.ts';
import { type Environment, lookupIn, sourceOf } from './source.ts';
import { documentOf } from './syntax.ts';
import { treeOf } from './tree.ts';
import { isMapping, typed } from './typed.ts';
import { durationMs } from './units.ts';
import { unknownKeyWords } from './unknown-key.ts';
import { type Check, checkFor } from './validate.ts';

/** What {@link loadConfig} reads. */
export interface ConfigSource {
  /** The file, as the user named it. */
  readonly path: string;
  /** Its content, where that is at hand. */
  readonly text?: string;
  /** For `${VAR}`, and DOCKER_HOST and its companions. */
  readonly env: Environment;
  readonly catalogue: SinkCatalogue;
  /** Told of the file and of those that it fills in, also where it is no sound configuration. */
  readonly note?: NoteFile;
}

type Sections = OptionsOf<typeof grammar>;

/** Reads a configuration file. Throws a `ConfigError` that holds every mistake in it. */
export async function loadConfig({
  path,
  text,
  env,
  catalogue,
  note,
}: ConfigSource): Promise<LoadedConfig> {
  const source = (text ?? (await sourceOf(path, note))).replace(/^\uFEFF/, '');
  const report = new Report(path, source);
  const lookup = lookupIn(env, dirname(path), note);
  const tree = readTree(source, lookup, report);
  const chosen = await chosenSinks(tree, catalogue, report);
  judge(tree, chosen, report);

  const sections = isMapping(tree) ? soundSections(tree, report) : {};
  const settled = settledAs(grammar, { ...sections, sinks: {} });
  const engine = engineFrom(settled.engine, env, report);
  refuseForeignFiles(settled.collect, engine, report);
  const admin = adminFrom(settled.admin, report);
  const loaded = chosen.map((one) => sinkFrom(one, report));
  report.throwIfAny();

  const sinks = loaded.filter((one) => one !== undefined);
  return {
    engine,
    collect: collectFrom(settled.collect),
    select: settled.select,
    fields: settled.fields,
    state: {
      directory: settled.state.directory,
      maxSizeBytes: settled.state.max_size,
      configured: report.placeOf('/state/directory') !== undefined,
    },
    admin,
    sinks: sinks.map(({ sink }) => sink),
    notes: sinks.flatMap(({ notes }) => notes),
  };
}

/** The file as plain values of the types that the grammar wants. Throws where it is no YAML at all. */
function readTree(source: string, lookup: Lookup, report: Report): unknown {
  const document = documentOf(source, report);
  if (document === undefined) throw report.error();
  const tree = treeOf(document, lookup, report);
  if (tree !== undefined) return typed(grammar, tree, '', report);
  report.at(
    0,
    '',
    'missing',
    'is empty; the least that is needed is a sink, such as: sinks: { stdout: {} }',
  );
  throw report.error();
}

let grammarCheck: Check | undefined;

/** Holds the tree against the grammar. */
function judge(tree: unknown, chosen: readonly ChosenSink[], report: Report): void {
  grammarCheck ??= checkFor(grammar, 'own');
  const optionNames = (sink: string) => {
    const definition = chosen.find(({ name }) => name === sink)?.definition;
    return Object.keys(definition?.options.properties ?? {});
  };
  explain(grammarCheck(tree), {
    base: '',
    report,
    unknownKey: (key, holder, known) => unknownKeyWords(key, { holder, known, optionNames }),
  });
}

/** The sections with which nothing is wrong, so that the others' mistakes are found too. */
function soundSections(
  tree: Readonly<Record<string, unknown>>,
  report: Report,
): Readonly<Record<string, unknown>> {
  const sound = Object.keys(grammar.properties).filter((key) => report.isClean(under('', key)));
  return Object.fromEntries(sound.map((key) => [key, tree[key]]));
}

/** Control groups of this host say nothing of the containers of another. */
function refuseForeignFiles(
  { stats }: Sections['collect'],
  { address }: EngineConfig,
  report: Report,
): void {
  if (stats.reader === 'cgroup' && address.kind === 'tcp')
    report.atValue(
      '/collect/stats/reader',
      'contradiction',
      'cgroup reads the files of this host, and the engine is reached over the network; use auto or engine, or run the agent on the host of the engine with a unix socket',
    );
}

function collectFrom({
  labels,
  logs,
  stats,
  events,
  label_overrides,
}: Sections['collect']): CollectSettings {
  const { start_at } = logs;
  const agoMs = durationMs(start_at);
  const startAt = start_at === 'beginning' ? 'beginning' : agoMs === undefined ? 'now' : { agoMs };
  return {
    labels,
    logs: {
      enabled: logs.enabled,
      startAt,
      reader: logs.reader,
      rm: logs.rm,
      maxLineBytes: logs.max_line,
      count: logs.count.map(({ name, pattern }) => ({ name, pattern: new RegExp(pattern) })),
    },
    stats: { enabled: stats.enabled, intervalMs: stats.interval, reader: stats.reader },
    events,
    labelOverrides: label_overrides,
  };
}
