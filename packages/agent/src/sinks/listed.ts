import { dirname } from 'node:path';
import type { SinkDefinition } from '@tallyman/sdk';
import { type KindWord, kindWords } from '../config/tokens.ts';
import { version } from '../version.ts';
import type { BuiltInSink } from './built-in.ts';
import type { Find } from './find.ts';
import { standingFault } from './standing-fault.ts';

/** What can be said of a sink without running any of its code. */
export interface ListedSink {
  /** By which a configuration chooses it. Of what names no sink: its path. */
  readonly name: string;
  /** `folder`: what lies in it is not known to be a package. */
  readonly origin: 'built-in' | 'file' | 'package' | 'folder';
  /** Its file, or its folder. Absent of those that come with the agent. */
  readonly path?: string;
  /** Of its package. */
  readonly version?: string;
  /** As its package says it, like the kinds. */
  readonly stability?: SinkDefinition['stability'];
  readonly kinds?: readonly KindWord[];
  /** Why it cannot be used, and what to do. */
  readonly fault?: string;
}

/** Of a sink that comes with the agent; its code is ours. */
export async function listedBuiltIn({ type, load }: BuiltInSink): Promise<ListedSink> {
  const { stability, accepts } = (await load()).default;
  return { name: type, origin: 'built-in', version, stability, kinds: wordsOf(accepts) };
}

/** Of what was found. */
export function listedFind(find: Find): ListedSink {
  if (find.kind === 'unusable') {
    const { origin, path, fault } = find;
    return { name: path, origin, path, fault };
  }
  const { manifest, file, stability, accepts } = find.sink;
  const fault = standingFault(find.sink);
  return {
    name: find.name,
    ...(manifest === undefined
      ? { origin: 'file', path: file }
      : { origin: 'package', path: dirname(manifest.file) }),
    ...(manifest?.version === undefined ? {} : { version: manifest.version }),
    ...(stability === undefined ? {} : { stability }),
    ...(accepts === undefined ? {} : { kinds: wordsOf(accepts) }),
    ...(fault === undefined ? {} : { fault: `the sink "${find.name}": ${fault}` }),
  };
}

/** Kinds in the words of the file. */
export function wordsOf(accepts: SinkDefinition['accepts']): readonly KindWord[] {
  return accepts.map((kind) => kindWords[kind]);
}
