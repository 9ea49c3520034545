import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SinkDefinition } from '@tallyman/sdk';
import { type SinkCatalogue, SinkUnavailable } from '../config/catalogue.ts';
import { type BuiltInSink, builtInSinks } from './built-in.ts';
import { manifestOf, type SinksDirectory, sinksIn } from './find.ts';
import { loadSink } from './load.ts';
import { type FoundSink, type Manifest, sinksOf } from './manifest.ts';
import { refusal } from './refusal.ts';

/** Where sinks are looked for when nothing else is said. */
export const defaultSinksDirectory: SinksDirectory = {
  path: '/etc/tallyman/sinks',
  presence: 'optional',
};

/** A sink that can be chosen, and where it comes from. */
interface ListedSink {
  readonly type: string;
  /** Its file, or the agent itself. */
  readonly origin: string;
}

/** A catalogue that can also say where each sink comes from. */
export interface ListedCatalogue extends SinkCatalogue {
  list(): readonly ListedSink[];
}

/**
 * The sinks there are: those that come with the agent, then those in the folders, then npm packages by name.
 * Looking runs none of their code. Throws where two have the same name.
 */
export function findSinks(
  directories: readonly SinksDirectory[] = [defaultSinksDirectory],
  builtIn: readonly BuiltInSink[] = builtInSinks,
): ListedCatalogue {
  const found = withoutRepeats(directories.flatMap(sinksIn));
  refuseDoubles(found, builtIn);
  return new FoundSinks(directories, builtIn, found);
}

class FoundSinks implements ListedCatalogue {
  readonly #directories: readonly SinksDirectory[];
  readonly #builtIn: readonly BuiltInSink[];
  readonly #found: readonly FoundSink[];

  constructor(
    directories: readonly SinksDirectory[],
    builtIn: readonly BuiltInSink[],
    found: readonly FoundSink[],
  ) {
    this.#directories = directories;
    this.#builtIn = builtIn;
    this.#found = found;
  }

  names(): readonly string[] {
    return [...this.#builtIn, ...this.#found].map(({ type }) => type);
  }

  list(): readonly ListedSink[] {
    return [
      ...this.#builtIn.map(({ type }) => ({ type, origin: 'the agent itself' })),
      ...this.#found.map(({ type, file }) => ({ type, origin: file })),
    ];
  }

  async definition(type: string): Promise<SinkDefinition> {
    const builtIn = this.#builtIn.find((sink) => sink.type === type);
    if (builtIn !== undefined) return (await builtIn.load()).default;
    const found = this.#found.find((sink) => sink.type === type);
    if (found !== undefined) return await loadSink(found);
    return await loadSink(this.#sinkOfPackage(type));
  }

  #sinkOfPackage(type: string): FoundSink {
    const manifest = isPackageName(type) ? manifestOf(type, this.#bases()) : undefined;
    // A plain word that happens to be somebody's package is more likely a typing error.
    if (manifest === undefined || (manifest.sinks === undefined && !type.includes('/')))
      throw new SinkUnavailable('unknown', `there is no sink "${type}"; looked ${this.#places()}`);
    return onlySinkOf(manifest, type);
  }

  /** Node looks for a package from a module; a folder stands for a module in it. */
  #bases(): readonly string[] {
    const folders = this.#directories.map(({ path }) => join(path, 'index.mjs'));
    return [...folders, fileURLToPath(import.meta.url)];
  }

  #places(): string {
    const folders = this.#directories.map(({ path }) => path);
    return ['among those that come with the agent', ...folders.map((path) => `in ${path}`)]
      .concat('for an npm package of that name')
      .join(', ');
  }
}

function onlySinkOf(manifest: Manifest, packageName: string): FoundSink {
  const [sink, another] = sinksOf(manifest);
  if (sink === undefined)
    throw refusal(
      `loading the sink "${packageName}": ${manifest.file} names no sink; it has to say "tallyman": {"sinks": {"NAME": "./dist/index.js"}}`,
    );
  if (another !== undefined)
    throw refusal(
      `loading the sink "${packageName}": ${manifest.file} names several (${Object.keys(manifest.sinks ?? {}).join(', ')}); put the package into a folder of sinks and choose one by its own name`,
    );
  return sink;
}

/** A folder may be named twice, or once more through a link. */
function withoutRepeats(found: readonly FoundSink[]): readonly FoundSink[] {
  const files = found.map(({ type, file }) => `${type} ${trueFile(file)}`);
  return found.filter((_, index) => files.indexOf(files[index] ?? '') === index);
}

function trueFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    // A link that leads nowhere, or a module that is not built yet: said when it is asked for.
    return file;
  }
}

function refuseDoubles(found: readonly FoundSink[], builtIn: readonly BuiltInSink[]): void {
  const places = new Map(builtIn.map(({ type }) => [type, 'the agent itself']));
  const doubles: string[] = [];
  for (const { type, file } of found) {
    const first = places.get(type);
    if (first === undefined) places.set(type, file);
    else
      doubles.push(
        `the sink "${type}" is there twice, in ${first} and in ${file}; rename or remove one`,
      );
  }
  if (doubles.length > 0) throw refusal(doubles.join('\n'));
}

// npm's rule for names, near enough to keep paths and URLs out.
function isPackageName(type: string): boolean {
  return /^(@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*$/.test(type);
}
