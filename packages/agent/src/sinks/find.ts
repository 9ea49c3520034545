import { accessSync, constants, type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@tallyman/sdk';
import { codeOf } from '@tallyman/sink-stdout';
import { type FoundSink, readManifest, sinksOf } from './manifest.ts';
import { isSinkName, sinkNameRule } from './name.ts';
import { refusal } from './refusal.ts';

/** A folder where sinks may lie. */
export interface SinksDirectory {
  readonly path: string;
  /** `must-exist` where somebody named it; the default folder need not be there. */
  readonly presence: 'must-exist' | 'optional';
}

/** Something that was found: a sink and the name by which it is chosen, or what was meant to be one. */
export type Find =
  | { readonly kind: 'sink'; readonly name: string; readonly sink: FoundSink }
  | {
      readonly kind: 'unusable';
      readonly origin: 'file' | 'folder';
      readonly path: string;
      readonly fault: string;
    };

/**
 * The sinks in a folder: files `NAME.mjs`, and packages whose `package.json` names them; or the folder is such a
 * package itself. Throws only where the folder has to be there and is not.
 */
export function sinksIn({ path, presence }: SinksDirectory): readonly Find[] {
  let entries: readonly Dirent[];
  try {
    entries = entriesOf(path);
  } catch (error) {
    const fault = `looking for sinks in ${path}: ${folderFault(error)}`;
    if (presence === 'must-exist') throw refusal(fault, error);
    return codeOf(error) === 'ENOENT' ? [] : [{ kind: 'unusable', origin: 'folder', path, fault }];
  }
  const own = entries.some(({ name }) => name === 'package.json') ? packageIn(path) : [];
  if (own.some(({ kind }) => kind === 'sink')) return own;
  return [...own, ...entries.flatMap((entry) => findsAt(entry, path, entries))];
}

/** What the `package.json` in a folder names. */
export function packageIn(folder: string): readonly Find[] {
  try {
    const sinks = sinksOf(readManifest(join(folder, 'package.json')));
    return sinks.map((sink) => ({ kind: 'sink', name: sink.type, sink }));
  } catch (error) {
    return [{ kind: 'unusable', origin: 'folder', path: folder, fault: messageOf(error) }];
  }
}

/** The entries of a folder, by name. */
export function entriesOf(path: string): readonly Dirent[] {
  return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function findsAt(entry: Dirent, folder: string, beside: readonly Dirent[]): readonly Find[] {
  const path = join(folder, entry.name);
  if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
  if (entry.name.endsWith('.mjs')) return moduleAt(path, entry.name.slice(0, -'.mjs'.length));
  const { isFolder, fault } = lookAt(path);
  if (fault !== undefined)
    return [{ kind: 'unusable', origin: 'folder', path, fault: `${path} ${fault}` }];
  if (!isFolder) return otherFileAt(path, entry.name, beside);
  // Packages with a scope lie one folder deeper.
  if (entry.name.startsWith('@')) return sinksIn({ path, presence: 'optional' });
  return existsSync(join(path, 'package.json')) ? packageIn(path) : [];
}

function moduleAt(file: string, name: string): readonly Find[] {
  if (isSinkName(name)) return [{ kind: 'sink', name, sink: { type: name, file } }];
  // Such as webhook.test.mjs.
  if (name.includes('.')) return [];
  const fault = `${file} is no name of a sink; ${sinkNameRule}`;
  return [{ kind: 'unusable', origin: 'file', path: file, fault }];
}

const otherSuffixes: Readonly<Record<string, string>> = {
  '.ts': 'is TypeScript; compile it',
  '.mts': 'is TypeScript; compile it',
  '.cts': 'is TypeScript; compile it',
  '.js': 'is not taken for a sink; rename it',
  '.cjs': 'is not taken for a sink; make it an ES module',
};

/** A file that was probably meant as a sink, unless the sink is beside it. */
function otherFileAt(path: string, file: string, beside: readonly Dirent[]): readonly Find[] {
  const [, name = '', suffix = ''] = /^([^.]*)(\.\w+)$/.exec(file) ?? [];
  const fault = otherSuffixes[suffix];
  if (fault === undefined || !isSinkName(name)) return [];
  if (beside.some((other) => other.name === `${name}.mjs`)) return [];
  return [{ kind: 'unusable', origin: 'file', path, fault: `${path} ${fault}, as ${name}.mjs` }];
}

/** Of a link to something that is not there. */
export const danglingFault =
  'is a link that leads nowhere; in a container, mount what it leads to as well, or put that in its place';

interface Look {
  readonly isFolder: boolean;
  /** Why it cannot be told what lies in it. */
  readonly fault?: string;
}

function lookAt(path: string): Look {
  try {
    const isFolder = statSync(path).isDirectory();
    if (isFolder) accessSync(path, constants.X_OK);
    return { isFolder };
  } catch (error) {
    const isClosed = codeOf(error) === 'EACCES';
    const fault = isClosed ? `may not be read by the agent; ${openFolder}` : danglingFault;
    return { isFolder: true, fault };
  }
}

const openFolder = 'chmod a+rx the folder, and those above it';

function folderFault(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'there is no such folder; correct the path, in a container that of the mount';
    case 'ENOTDIR':
      return 'it is a file; name the folder that it lies in';
    case 'EACCES':
      return `it may not be read by the agent; ${openFolder}`;
    default:
      return messageOf(error);
  }
}
