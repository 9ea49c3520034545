import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { messageOf, type RecordKind, type SinkDefinition } from '@tallyman/sdk';
import { codeOf } from '@tallyman/sink-stdout';
import { isSinkName, sinkNameRule } from './name.ts';
import { refusal } from './refusal.ts';

/** What a package says of a sink of its own, so that it can be listed before any of its code runs. */
interface ManifestSink {
  /** Path of the module whose default export is the definition, from the package's folder. */
  readonly module: string;
  readonly stability?: SinkDefinition['stability'];
  readonly accepts?: readonly RecordKind[];
}

/** A sink that can be loaded: none of its code has run. */
export interface FoundSink extends Pick<ManifestSink, 'stability' | 'accepts'> {
  readonly type: string;
  readonly file: string;
  /** The `package.json` that names it, where there is one. */
  readonly manifest?: Manifest;
}

/** What the agent reads of a sink package's `package.json`. */
export interface Manifest {
  readonly file: string;
  readonly version?: string;
  /** `tallyman.sinks`, by name. Absent in a package that has no sinks. */
  readonly sinks?: Readonly<Record<string, ManifestSink>>;
  /** The peer range of `@tallyman/sdk`. */
  readonly sdkRange?: string;
}

const example = '"tallyman": {"sinks": {"NAME": "./dist/index.js"}}';
const kinds: readonly RecordKind[] = ['log', 'stat', 'event'];
const stabilities: readonly SinkDefinition['stability'][] = ['stable', 'beta', 'experimental'];

/** Refuses what is not JSON, and a `tallyman.sinks` that is not what it should be. */
export function readManifest(file: string): Manifest {
  const content = parsed(file);
  const tallyman = member(content, 'tallyman');
  const sinks = member(tallyman, 'sinks');
  if (tallyman !== undefined && sinks === undefined)
    throw refusal(`reading ${file}: its "tallyman" names no sinks; write ${example}`);
  const version = member(content, 'version');
  const sdkRange = member(member(content, 'peerDependencies'), '@tallyman/sdk');
  return {
    file,
    ...(typeof version === 'string' ? { version } : {}),
    ...(sinks === undefined ? {} : { sinks: checkedSinks(sinks, file) }),
    ...(typeof sdkRange === 'string' ? { sdkRange } : {}),
  };
}

/** The sinks a package brings. */
export function sinksOf(manifest: Manifest): readonly FoundSink[] {
  return Object.entries(manifest.sinks ?? {}).map(([type, { module, ...said }]) => ({
    type,
    file: resolve(dirname(manifest.file), module),
    manifest,
    ...said,
  }));
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const todo =
      codeOf(cause) === undefined ? 'correct the JSON' : 'make it readable for the agent';
    throw refusal(`reading ${file}: ${messageOf(cause)}; ${todo}`, cause);
  }
}

function checkedSinks(sinks: unknown, file: string): Readonly<Record<string, ManifestSink>> {
  if (typeof sinks !== 'object' || sinks === null || Array.isArray(sinks))
    throw refusal(`reading ${file}: tallyman.sinks is not an object; write ${example}`);
  return Object.fromEntries(
    Object.entries(sinks).map(([name, said]) => [name, checkedSink(name, said, file)]),
  );
}

function checkedSink(name: string, said: unknown, file: string): ManifestSink {
  const refuse = (fault: string) => refusal(`reading ${file}: tallyman.sinks.${name}${fault}`);
  if (!isSinkName(name)) throw refuse(` is no name of a sink; ${sinkNameRule}`);
  const module = typeof said === 'string' ? said : member(said, 'module');
  if (typeof module !== 'string')
    throw refuse(` is neither a path nor an object with a "module"; write ${example}`);
  if (relative(dirname(file), resolve(dirname(file), module)).startsWith('..'))
    throw refuse(` leads out of the package: ${module}; name a file inside it`);
  const [stability, accepts] = [member(said, 'stability'), member(said, 'accepts')];
  const isStability = stabilities.find((word) => word === stability);
  if (stability !== undefined && isStability === undefined)
    throw refuse(`.stability is ${JSON.stringify(stability)}; write one of ${quoted(stabilities)}`);
  if (accepts !== undefined && !isListOfKinds(accepts))
    throw refuse(`.accepts is ${JSON.stringify(accepts)}; write a list of ${quoted(kinds)}`);
  return {
    module,
    ...(isStability === undefined ? {} : { stability: isStability }),
    ...(accepts === undefined ? {} : { accepts }),
  };
}

function isListOfKinds(value: unknown): value is readonly RecordKind[] {
  return Array.isArray(value) && value.length > 0 && value.every((kind) => kinds.includes(kind));
}

function quoted(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(', ');
}

function member(object: unknown, key: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  return Object.entries(object).find(([name]) => name === key)?.[1];
}
