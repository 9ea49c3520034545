import { dirname } from 'node:path';
import type { DirectoryItem, Disk, DiskFile } from '../../../src/ship/spool/disk.ts';

/** One call of the port. */
export type Call = keyof Disk | keyof DiskFile;

/** `kill`: the process ends, what was written stays. `power`: of what was not synced, only some of the first. */
export type Crash = 'kill' | 'power';

type Change =
  | { readonly kind: 'write'; readonly bytes: Buffer; readonly position: number }
  | { readonly kind: 'truncate'; readonly bytes: number };

interface Inode {
  content: Buffer;
  durable: Buffer;
  unsynced: Change[];
}

type Names = Map<string, Inode>;
type NameChange = (names: Names) => void;

const changing = new Set<Call>([
  'open',
  'write',
  'datasync',
  'truncate',
  'rename',
  'unlink',
  'syncDirectory',
]);

/**
 * A disk in memory that keeps to the letter of POSIX: what is not synced may be lost, files are only there for
 * good once their directory is synced. It can be told to fail, to wait, to be full, and to lose its power.
 */
export class FaultyDisk {
  readonly #random: () => number;
  #names: Names = new Map();
  #durableNames: Names = new Map();
  #unsyncedNames: NameChange[] = [];
  #faults = new Map<Call, { code: string; times: number }>();
  #gates = new Map<Call, Promise<void>>();
  #callsUntilCrash = Number.POSITIVE_INFINITY;
  #process = 0;
  isDead = false;
  /** Of the file system, as a capacity. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** All calls that were made. */
  readonly calls: Call[] = [];
  /** Calls that failed because they were told to, or as the disk is full. */
  failed = 0;

  constructor(random: () => number = () => 0.5) {
    this.#random = random;
  }

  /** The next calls of this kind fail. */
  fail(call: Call, code: string, times = 1): void {
    this.#faults.set(call, { code, times });
  }

  /** Takes back what `fail` said. */
  heal(): void {
    this.#faults.clear();
    this.capacityBytes = Number.POSITIVE_INFINITY;
  }

  /** Calls of this kind wait until the returned function is called. */
  hold(call: Call): () => void {
    const gate = Promise.withResolvers<void>();
    this.#gates.set(call, gate.promise);
    return () => {
      this.#gates.delete(call);
      gate.resolve();
    };
  }

  /** In so many changing calls the machine stops, in the middle of it. */
  crashAfter(calls: number): void {
    this.#callsUntilCrash = calls;
  }

  /** Ends all that is under way, and gives what is left to whoever opens it next. */
  crash(kind: Crash): void {
    this.#process += 1;
    this.isDead = false;
    this.#callsUntilCrash = Number.POSITIVE_INFINITY;
    if (kind === 'power') {
      for (const change of this.#someOf(this.#unsyncedNames)) change(this.#durableNames);
      this.#names = new Map(this.#durableNames);
      for (const inode of new Set(this.#names.values())) this.#cutPower(inode);
      this.#durableNames = new Map(this.#names);
      this.#unsyncedNames = [];
    }
  }

  /** Resolves once nothing is done any more. */
  async idle(): Promise<void> {
    let seen = -1;
    for (let quiet = 0; quiet < 3; quiet++) {
      if (seen !== this.calls.length) quiet = 0;
      seen = this.calls.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The files, by their paths. */
  files(): Map<string, Buffer> {
    return new Map(Array.from(this.#names, ([path, { content }]) => [path, content]));
  }

  get usedBytes(): number {
    let bytes = 0;
    for (const { content } of this.#names.values()) bytes += content.length;
    return bytes;
  }

  /** Puts a file there, or changes what is in it, for good. */
  put(path: string, content: Buffer): void {
    const inode = { content, durable: content, unsynced: [] };
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  /** The disk as one process sees it: after a crash all its calls stay without an answer. */
  port(): Disk {
    const process = this.#process;
    const call = <T>(name: Call, act: () => T, part?: () => void) =>
      this.#call(process, name, act, part);
    return {
      makeDirectory: () => call('makeDirectory', () => undefined),
      list: (directory) => call('list', () => this.#list(directory)),
      open: (path, mode) =>
        call('open', () => {
          const inode = this.#open(path, mode);
          return this.#file(process, inode);
        }),
      rename: (from, to) =>
        call('rename', () => {
          const inode = this.#at(from);
          this.#rename((names) => {
            names.delete(from);
            names.set(to, inode);
          });
        }),
      unlink: (path) =>
        call('unlink', () => {
          this.#at(path);
          this.#rename((names) => names.delete(path));
        }),
      syncDirectory: () =>
        call('syncDirectory', () => {
          for (const change of this.#unsyncedNames) change(this.#durableNames);
          this.#unsyncedNames = [];
        }),
      space: () =>
        call('space', () => {
          const totalBytes = Math.min(this.capacityBytes, 2 ** 40);
          return { totalBytes, freeBytes: Math.max(0, totalBytes - this.usedBytes) };
        }),
    };
  }

  #list(directory: string): DirectoryItem[] {
    return Array.from(this.#names)
      .filter(([path]) => dirname(path) === directory)
      .map(([path, { content }]) => ({
        name: path.slice(directory.length + 1),
        isFile: true,
        bytes: content.length,
      }));
  }

  #at(path: string): Inode {
    const inode = this.#names.get(path);
    if (!inode) throw errorOf('ENOENT');
    return inode;
  }

  #open(path: string, mode: Parameters<Disk['open']>[1]): Inode {
    const found = this.#names.get(path);
    if (found && mode === 'create') throw errorOf('EEXIST');
    if (found || mode === 'read') return this.#at(path);
    const inode = { content: Buffer.alloc(0), durable: Buffer.alloc(0), unsynced: [] };
    this.#rename((names) => names.set(path, inode));
    return inode;
  }

  #file(process: number, inode: Inode): DiskFile {
    const call = <T>(name: Call, act: () => T, part?: () => void) =>
      this.#call(process, name, act, part);
    const write = (bytes: Buffer, position: number) =>
      this.#change(inode, { kind: 'write', bytes, position });
    return {
      read: (target, position) => call('read', () => inode.content.copy(target, 0, position)),
      write: (chunks, position) => {
        const bytes = Buffer.concat(chunks);
        return call(
          'write',
          () => {
            const grown = Math.max(0, position + bytes.length - inode.content.length);
            const lacking = Math.max(0, grown - Math.max(0, this.capacityBytes - this.usedBytes));
            write(bytes.subarray(0, bytes.length - lacking), position);
            if (lacking > 0) throw this.#failure('ENOSPC');
          },
          () => write(bytes.subarray(0, Math.floor(this.#random() * (bytes.length + 1))), position),
        );
      },
      datasync: () =>
        call('datasync', () => {
          inode.durable = inode.content;
          inode.unsynced = [];
        }),
      truncate: (bytes) => call('truncate', () => this.#change(inode, { kind: 'truncate', bytes })),
      close: () => call('close', () => undefined),
    };
  }

  /** `part`: does some of it, where it fails or the machine stops. */
  async #call<T>(
    process: number,
    call: Call,
    act: () => T,
    part: () => void = () => undefined,
  ): Promise<T> {
    this.calls.push(call);
    await this.#gates.get(call);
    await Promise.resolve();
    if (this.isDead || process !== this.#process) return forever();
    if (changing.has(call)) this.#callsUntilCrash -= 1;
    if (this.#callsUntilCrash <= 0) {
      this.isDead = true;
      if (this.#random() < 0.5) part();
      return forever();
    }
    const fault = this.#faults.get(call);
    if (fault === undefined) return act();
    fault.times -= 1;
    if (fault.times <= 0) this.#faults.delete(call);
    part();
    throw this.#failure(fault.code);
  }

  #failure(code: string): Error {
    this.failed += 1;
    return errorOf(code);
  }

  #change(inode: Inode, change: Change): void {
    inode.content = changed(inode.content, change);
    inode.unsynced.push(change);
  }

  #rename(change: NameChange): void {
    change(this.#names);
    this.#unsyncedNames.push(change);
  }

  /** The length may reach the disk before the bytes do: then there are zeros. */
  #cutPower(inode: Inode): void {
    let content = inode.durable;
    const survivors = this.#someOf(inode.unsynced);
    for (const change of survivors) content = changed(content, change);
    const next = inode.unsynced[survivors.length];
    if (next?.kind === 'write') {
      const kept = next.bytes.subarray(0, Math.floor(this.#random() * next.bytes.length));
      content = changed(content, { ...next, bytes: kept });
      const zeros = Buffer.alloc(next.bytes.length - kept.length);
      if (this.#random() < 0.5)
        content = changed(content, {
          ...next,
          bytes: zeros,
          position: next.position + kept.length,
        });
    }
    inode.content = content;
    inode.durable = content;
    inode.unsynced = [];
  }

  #someOf<T>(changes: readonly T[]): readonly T[] {
    return changes.slice(0, Math.floor(this.#random() * (changes.length + 1)));
  }
}

function changed(content: Buffer, change: Change): Buffer {
  if (change.kind === 'truncate') {
    const cut = Buffer.alloc(change.bytes);
    content.copy(cut);
    return cut;
  }
  const { bytes, position } = change;
  if (bytes.length === 0) return content;
  const grown = Buffer.alloc(Math.max(content.length, position + bytes.length));
  content.copy(grown);
  bytes.copy(grown, position);
  return grown;
}

/** As the file system gives it. */
function errorOf(code: string): Error {
  return Object.assign(new Error(`${code}: told to`), { code });
}

function forever<T>(): Promise<T> {
  return new Promise(() => undefined);
}
