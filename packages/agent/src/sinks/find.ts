import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '@tallyman/sdk';
import { codeOf } from '@tallyman/sink-stdout';
import { type FoundSink, type Manifest, readManifest, sinksOf } from './manifest.ts';
import { refusal } from './refusal.ts';

/** A folder where sinks may lie. */
export interface SinksDirectory {
  readonly path: string;
  /** `must-exist` where somebody named it; the default folder need not be there. */
  readonly presence: 'must-exist' | 'optional';
}

const moduleSuffix = '.mjs';

/** The sinks in a folder: files `NAME.mjs`, and packages whose `package.json` names them. */
export function sinksIn(directory: SinksDirectory): readonly FoundSink[] {
  return entriesOf(directory).flatMap((entry) => {
    const path = join(directory.path, entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    if (entry.name.endsWith(moduleSuffix))
      return [{ type: entry.name.slice(0, -moduleSuffix.length), file: path }];
    if (!isDirectory(path)) return [];
    // Packages with a scope lie one folder deeper.
    if (entry.name.startsWith('@')) return sinksIn({ path, presence: 'must-exist' });
    const manifest = join(path, 'package.json');
    return existsSync(manifest) ? sinksOf(readManifest(manifest)) : [];
  });
}

/** The `package.json` of an npm package, as Node finds it from the first of these folders or modules. */
export function manifestOf(packageName: string, from: readonly string[]): Manifest | undefined {
  for (const base of from) {
    const file = packageFile(packageName, base);
    if (file !== undefined) return readManifest(file);
  }
  return undefined;
}

function packageFile(packageName: string, base: string): string | undefined {
  try {
    return findPackageJSON(packageName, pathToFileURL(base));
  } catch {
    // Node says so by throwing ERR_MODULE_NOT_FOUND; the caller says where it was looked for.
    return undefined;
  }
}

function entriesOf({ path, presence }: SinksDirectory): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    if (presence === 'optional' && codeOf(cause) === 'ENOENT') return [];
    throw refusal(`looking for sinks in ${path}: ${messageOf(cause)}`, cause);
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
