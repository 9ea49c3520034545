import { statSync } from 'node:fs';

/** What was read, by path: the version of each file, or why it could not be had. */
export type FileVersions = ReadonlyMap<string, string>;

/** Told of each file before it is read. */
export type NoteFile = (path: string, version: string) => void;

/**
 * Differs wherever the content of a file may. Links are followed: what a link leads to, or what is mounted in the
 * file's place, is the file.
 */
export function versionOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return 'not there';
  }
}
