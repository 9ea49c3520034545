import { closeAll, openChain, type Segment } from './chain.ts';
import { isCompressedCopy } from './copy.ts';
import type { Descriptors } from './descriptors.ts';
import { inodeAt, isMissing, type OpenLogFile } from './open-file.ts';

// The file's own name goes, and comes again.
const renamesOfOneRotation = 2;
const attempts = 10;

/**
 * Finds the files in which a log goes on: the neighbour of the one that was read, as long as that one is still there,
 * or the only one that came since; otherwise all behind the one that has the same bytes, compressed.
 */
export class Successor {
  readonly #path: string;
  readonly #descriptors: Descriptors;
  /** Since the file that is read, or the one that is held, had the log's name; unknown where nobody watches. */
  #renames = Number.POSITIVE_INFINITY;
  #isWatched = false;
  /** Found already, while the file before it is still being read. */
  #held: { readonly of: OpenLogFile; readonly file: OpenLogFile } | undefined;
  #finding: Promise<unknown> | undefined;
  #isClosed = false;

  constructor(path: string, descriptors: Descriptors) {
    this.#path = path;
    this.#descriptors = descriptors;
  }

  /** To be called once the folder is watched, with the file that is read. */
  watched(file: OpenLogFile): void {
    this.#isWatched = true;
    this.#countFrom(file);
  }

  /** To be called when nobody tells any more of the log's name. */
  unwatched(): void {
    this.#isWatched = false;
    this.#renames = Number.POSITIVE_INFINITY;
  }

  /** To be called whenever the log's name comes or goes. */
  renamed(): void {
    this.#renames++;
  }

  /** Opens what comes behind the file, if anything does; never rejects. */
  async hold(file: OpenLogFile): Promise<void> {
    if (this.#held !== undefined || this.#finding !== undefined || this.#isClosed) return;
    const finding = this.#find(file).then(
      async (found) => {
        if (found === undefined) return;
        if (this.#isClosed) await found.close();
        else this.#keep(file, found);
      },
      () => {},
    );
    this.#finding = finding;
    await finding;
    this.#finding = undefined;
  }

  /** Whether what comes behind the file is open already. */
  async holds(file: OpenLogFile): Promise<boolean> {
    await this.#finding;
    return this.#held?.of === file;
  }

  /** What comes behind the file, the oldest first; nothing where it cannot be told. Rejects as `open` does. */
  async of(file: OpenLogFile): Promise<readonly Segment[] | undefined> {
    await this.#finding;
    const held = this.#held;
    this.#held = undefined;
    if (held?.of === file) return [whole(held.file)];
    await held?.file.close();
    const found = await this.#find(file);
    const behind = found === undefined ? await this.#searched(file) : [whole(found)];
    const last = behind?.at(-1);
    if (last !== undefined) this.#countFrom(last.file);
    return behind;
  }

  async #searched(file: OpenLogFile): Promise<readonly Segment[] | undefined> {
    const chain = await openChain(this.#path, this.#descriptors).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    let at = chain.length - 1;
    try {
      while (at >= 0 && !(await isSame(chain[at], file))) at--;
    } catch (error) {
      await closeAll(chain);
      throw error;
    }
    const behind = at < 0 ? [] : chain.slice(at + 1);
    await closeAll(chain.slice(0, chain.length - behind.length));
    return behind.length === 0 ? undefined : behind;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#finding;
    await this.#held?.file.close();
    this.#held = undefined;
  }

  #keep(of: OpenLogFile, file: OpenLogFile): void {
    this.#held = { of, file };
    this.#countFrom(file);
  }

  #countFrom(file: OpenLogFile): void {
    const isKnown = this.#isWatched && inodeAt(this.#path) === file.inode;
    this.#renames = isKnown ? 0 : Number.POSITIVE_INFINITY;
  }

  async #find(file: OpenLogFile): Promise<OpenLogFile | undefined> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const at = this.#placeOf(file);
      if (at === 0) return undefined;
      await toldOf();
      const younger = (at ?? 1) - 1;
      const found = await this.#opened(younger === 0 ? this.#path : `${this.#path}.${younger}`);
      if (at === undefined && found !== undefined) return this.#ifOnly(found);
      // The files moved on while it was opened, unless the one before it is where it was.
      if (found !== undefined && this.#placeOf(file) === at) return found;
      await found?.close();
    }
    return undefined;
  }

  async #opened(path: string): Promise<OpenLogFile | undefined> {
    try {
      return await this.#descriptors.open(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** The number of the file among the rotated ones: 0 where nothing took its place, nothing where it is gone or compressed. */
  #placeOf(file: OpenLogFile): number | undefined {
    if (inodeAt(this.#path) === file.inode) return 0;
    for (let number = 1; ; number++) {
      const inode = inodeAt(`${this.#path}.${number}`);
      if (inode === file.inode) return number;
      if (inode === undefined && inodeAt(`${this.#path}.${number}.gz`) === undefined) return;
    }
  }

  /** The file before it is gone, or compressed: it is the next if the name has come once since. */
  async #ifOnly(found: OpenLogFile): Promise<OpenLogFile | undefined> {
    await toldOf();
    const isOnly = this.#renames <= renamesOfOneRotation && inodeAt(this.#path) === found.inode;
    if (isOnly) return found;
    await found.close();
    return undefined;
  }
}

function whole(file: OpenLogFile): Segment {
  return { file, isCompressed: false, size: file.size() };
}

async function isSame(segment: Segment | undefined, file: OpenLogFile): Promise<boolean> {
  if (segment === undefined) return false;
  return segment.isCompressed
    ? isCompressedCopy(segment.file, file)
    : segment.file.inode === file.inode;
}

/** What happened before now has been told of after a turn of the event loop. */
function toldOf(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
