import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { messageOf } from '@tallyman/sdk';
import { refusal } from './refusal.ts';

/** A sink that can be loaded: none of its code has run. */
export interface FoundSink {
  readonly type: string;
  readonly file: string;
  /** The `package.json` that names it, where there is one. */
  readonly manifest?: Manifest;
}

/** What the agent reads of a sink package's `package.json`. */
export interface Manifest {
  readonly file: string;
  /** `tallyman.sinks`: name to module. Absent in a package that has no sinks. */
  readonly sinks?: Readonly<Record<string, string>>;
  /** The peer range of `@tallyman/sdk`. */
  readonly sdkRange?: string;
}

/** Rejects what is not JSON, and a `tallyman.sinks` that is not what it should be. */
export function readManifest(file: string): Manifest {
  const content = parsed(file);
  const sinks = member(member(content, 'tallyman'), 'sinks');
  const sdkRange = member(member(content, 'peerDependencies'), '@tallyman/sdk');
  return {
    file,
    ...(sinks === undefined ? {} : { sinks: checkedSinks(sinks, file) }),
    ...(typeof sdkRange === 'string' ? { sdkRange } : {}),
  };
}

/** The sinks a package brings. */
export function sinksOf(manifest: Manifest): readonly FoundSink[] {
  return Object.entries(manifest.sinks ?? {}).map(([type, module]) => ({
    type,
    file: resolve(dirname(manifest.file), module),
    manifest,
  }));
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw refusal(`reading ${file}: ${messageOf(cause)}`, cause);
  }
}

function checkedSinks(sinks: unknown, file: string): Readonly<Record<string, string>> {
  const example = '"tallyman": {"sinks": {"NAME": "./dist/index.js"}}';
  if (typeof sinks !== 'object' || sinks === null || Array.isArray(sinks))
    throw refusal(`reading ${file}: tallyman.sinks is not an object; write ${example}`);
  for (const [name, module] of Object.entries(sinks)) {
    if (typeof module !== 'string')
      throw refusal(`reading ${file}: tallyman.sinks.${name} is not a path; write ${example}`);
    if (relative(dirname(file), resolve(dirname(file), module)).startsWith('..'))
      throw refusal(`reading ${file}: tallyman.sinks.${name} leads out of the package: ${module}`);
  }
  return Object.fromEntries(Object.entries(sinks));
}

function member(object: unknown, key: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  return Object.entries(object).find(([name]) => name === key)?.[1];
}
