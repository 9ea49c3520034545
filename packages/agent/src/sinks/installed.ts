import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { entriesOf, type Find, packageIn } from './find.ts';
import { type FoundSink, readManifest, sinksOf } from './manifest.ts';
import { refusal } from './refusal.ts';

/**
 * The sink that an npm package brings, by the package's name; where it brings several, with the sink's own name
 * behind it: `@acme/sinks/red`. The package is where Node finds it from the first of the folders. Undefined where
 * there is no such package.
 */
export function installedSink(type: string, from: readonly string[]): FoundSink | undefined {
  const [, packageName, own] = packageTypePattern.exec(type) ?? [];
  const file = packageName === undefined ? undefined : packageFile(packageName, from);
  if (file === undefined || packageName === undefined) return undefined;
  const manifest = readManifest(file);
  const sinks = sinksOf(manifest);
  // A plain word that happens to be somebody's package is more likely a typing error.
  if (sinks.length === 0 && !packageName.includes('/')) return undefined;
  const [first, second] = sinks.filter((sink) => own === undefined || sink.type === own);
  if (first !== undefined && second === undefined) return first;
  const names = sinks.map((sink) => chosenAs(packageName, sink)).join(', ');
  throw refusal(
    sinks.length === 0
      ? `loading the sink "${type}": ${file} names no sink; it has to say "tallyman": {"sinks": {"NAME": "./dist/index.js"}}`
      : `loading the sink "${type}": ${file} names ${names}; choose one of them`,
  );
}

/** Sinks that npm has installed where Node finds them from one of these folders. */
export function installedSinks(from: readonly string[]): readonly Find[] {
  const places = [...new Set(from.flatMap(placesFrom))];
  const seen = new Set<string>();
  return places.flatMap(packagesIn).flatMap(({ name, folder }) => {
    // What is further away is hidden by what is nearer.
    if (seen.has(name) || !mentionsTallyman(folder)) return [];
    seen.add(name);
    const finds = packageIn(folder);
    return finds.map((find) => {
      if (find.kind === 'unusable') return find;
      return { ...find, name: finds.length === 1 ? name : chosenAs(name, find.sink) };
    });
  });
}

// npm's rule for names, near enough to keep paths and URLs out; then perhaps the name of a sink.
const packageTypePattern =
  /^((?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*)(?:\/([a-z0-9][a-z0-9-]*))?$/;

function chosenAs(packageName: string, { type }: FoundSink): string {
  return `${packageName}/${type}`;
}

/** Of the many packages in such a folder few are sinks, and none of the others shall be judged. */
function mentionsTallyman(folder: string): boolean {
  try {
    return readFileSync(join(folder, 'package.json'), 'utf8').includes('"tallyman"');
  } catch {
    return false;
  }
}

/** The folders `node_modules` in which Node looks for a package, nearest first. */
function placesFrom(folder: string): readonly string[] {
  const above = dirname(folder) === folder ? [] : placesFrom(dirname(folder));
  return basename(folder) === 'node_modules' ? above : [join(folder, 'node_modules'), ...above];
}

interface PackageFolder {
  readonly name: string;
  readonly folder: string;
}

function packagesIn(place: string): readonly PackageFolder[] {
  return namesIn(place).flatMap((name) => {
    const folder = join(place, name);
    if (!name.startsWith('@')) return [{ name, folder }];
    return namesIn(folder).map((own) => ({ name: `${name}/${own}`, folder: join(folder, own) }));
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    const names = entriesOf(folder).map(({ name }) => name);
    return names.filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}

function packageFile(packageName: string, from: readonly string[]): string | undefined {
  for (const folder of from) {
    try {
      const file = findPackageJSON(packageName, pathToFileURL(join(folder, 'index.mjs')));
      if (file !== undefined) return file;
    } catch {
      // Node says so by throwing ERR_MODULE_NOT_FOUND; the caller says where it was looked for.
    }
  }
  return undefined;
}
