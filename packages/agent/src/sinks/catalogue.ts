import { realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SinkDefinition } from '@tallyman/sdk';
import { type SinkCatalogue, SinkUnavailable, unknownTypeWords } from '../config/catalogue.ts';
import { nearest } from '../config/nearest.ts';
import { type BuiltInSink, builtInSinks } from './built-in.ts';
import { type Find, type SinksDirectory, sinksIn } from './find.ts';
import { installedSink, installedSinks } from './installed.ts';
import { type ListedSink, listedBuiltIn, listedFind } from './listed.ts';
import { loadSink } from './load.ts';
import type { FoundSink } from './manifest.ts';
import { refusal } from './refusal.ts';

/** Where sinks are looked for when nothing else is said. */
export const defaultSinksDirectory: SinksDirectory = {
  path: '/etc/tallyman/sinks',
  presence: 'optional',
};

/** A catalogue that can also say what it has of each sink. */
export interface ListedCatalogue extends SinkCatalogue {
  /** All that was found, also what cannot be used. Runs no code of sinks that do not come with the agent. */
  list(): Promise<readonly ListedSink[]>;
  /** What is listed of one of {@link SinkCatalogue.names}; undefined of any other. */
  listed(name: string): Promise<ListedSink | undefined>;
}

/**
 * The sinks there are: those that come with the agent, then those in the folders, then npm packages by name.
 * Looking runs none of their code. Throws only where a folder has to be there and is not: what is wrong with a sink
 * matters to those who choose it.
 */
export function findSinks(
  directories: readonly SinksDirectory[] = [defaultSinksDirectory],
  builtIn: readonly BuiltInSink[] = builtInSinks,
): ListedCatalogue {
  const places = directories.map((one) => ({ ...one, path: resolve(one.path) }));
  const finds = withoutRepeats(places.flatMap(sinksIn));
  const folders = places.map(({ path }) => path);
  return new FoundSinks(folders, builtIn, finds);
}

class FoundSinks implements ListedCatalogue {
  readonly #folders: readonly string[];
  readonly #builtIn: readonly BuiltInSink[];
  readonly #finds: readonly Find[];
  #foundInstalled: readonly Find[] | undefined;

  constructor(folders: readonly string[], builtIn: readonly BuiltInSink[], finds: readonly Find[]) {
    this.#folders = folders;
    this.#builtIn = builtIn;
    this.#finds = finds;
  }

  names(): readonly string[] {
    const found = [...this.#finds, ...this.#installed];
    const names = found.flatMap((find) => (find.kind === 'sink' ? [find.name] : []));
    return [...new Set([...this.#builtIn.map(({ type }) => type), ...names])];
  }

  async list(): Promise<readonly ListedSink[]> {
    const builtIn = await Promise.all(this.#builtIn.map(listedBuiltIn));
    const finds = [...this.#finds, ...this.#installed].map((find) => {
      const listed = listedFind(find);
      const fault = find.kind === 'sink' ? this.#doubleFault(find.name) : undefined;
      return fault === undefined ? listed : { ...listed, fault };
    });
    return [...builtIn, ...finds];
  }

  async listed(name: string): Promise<ListedSink | undefined> {
    return (await this.list()).find((sink) => sink.name === name);
  }

  async definition(type: string): Promise<SinkDefinition> {
    const double = this.#doubleFault(type);
    if (double !== undefined) throw refusal(double);
    const builtIn = this.#builtIn.find((sink) => sink.type === type);
    if (builtIn !== undefined) return (await builtIn.load()).default;
    const [found] = this.#named(type);
    const sink = found ?? installedSink(type, this.#bases);
    if (sink !== undefined) return await loadSink(sink);
    const remarks = this.#remarksOn(type);
    throw new SinkUnavailable('unknown', unknownTypeWords(type, this.names(), remarks), {
      remarks,
    });
  }

  #named(name: string): readonly FoundSink[] {
    return this.#finds.flatMap((find) =>
      find.kind === 'sink' && find.name === name ? [find.sink] : [],
    );
  }

  #doubleFault(name: string): string | undefined {
    const isBuiltIn = this.#builtIn.some(({ type }) => type === name);
    const files = this.#named(name).map(({ file }) => file);
    const places = isBuiltIn ? ['the agent itself', ...files] : files;
    return places.length < 2
      ? undefined
      : `the sink "${name}" is there twice, in ${places.join(' and in ')}; remove one, or give it another name: its type, and that of its file or in its package.json`;
  }

  /** Node looks for a package from a folder upwards. */
  get #bases(): readonly string[] {
    return [...this.#folders, dirname(fileURLToPath(import.meta.url))];
  }

  /** Looked for only when it is asked for: it is a look into each package there. */
  get #installed(): readonly Find[] {
    const own = new Set(this.#builtIn.map(({ packageName }) => packageName));
    this.#foundInstalled ??= installedSinks(this.#bases).filter(
      (find) => find.kind === 'unusable' || !own.has(find.name),
    );
    return this.#foundInstalled;
  }

  /** What may be the reason that there is none of this name; nothing where it is probably misspelt. */
  #remarksOn(type: string): readonly string[] {
    const finds = [...this.#finds, ...this.#installed];
    const meant = finds.find((find) => find.kind === 'unusable' && isMeantBy(find.path, type));
    if (meant?.kind === 'unusable') return [meant.fault];
    const installed = finds.find((find) => find.kind === 'sink' && find.sink.type === type);
    if (installed?.kind === 'sink')
      return [`npm has installed it under another name: write type: "${installed.name}"`];
    if (nearest(type, this.names()) !== undefined) return [];
    const [folder = defaultSinksDirectory.path] = this.#folders;
    if (type.startsWith('@')) return [`it is not installed: npm install ${type} in ${folder}`];
    const unusable = finds.filter(({ kind }) => kind === 'unusable').length;
    return [
      `known: ${this.names().join(', ')}`,
      ...(this.#folders.length === 0 ? [] : [`looked in ${this.#folders.join(', ')}`]),
      ...(unusable === 0 ? [] : [`tallyman sinks says what cannot be used there (${unusable})`]),
    ];
  }
}

/** Whether a file or folder that cannot be used is what this type would be found in: `kafka.ts`, `tallyman-sink-kafka`. */
function isMeantBy(path: string, type: string): boolean {
  const [stem = ''] = basename(path).split('.');
  const own = basename(type);
  return stem === own || stem.endsWith(`-${own}`) || own.endsWith(`-${stem}`);
}

/** A folder may be named twice, or once more through a link. */
function withoutRepeats(finds: readonly Find[]): readonly Find[] {
  const keys = finds.map((find) =>
    find.kind === 'sink' ? `${find.name} ${trueFile(find.sink.file)}` : trueFile(find.path),
  );
  return finds.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
}

function trueFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    // A link that leads nowhere, or a module that is not built yet: said when it is asked for.
    return file;
  }
}
