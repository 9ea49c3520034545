import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { types } from 'node:util';
import { type NoteFile, versionOf } from './file-version.ts';
import type { Lookup } from './interpolate.ts';
import { ConfigError } from './problem.ts';

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const ignore = (): void => {};

const mostConfigBytes = 1024 * 1024;
const mostSecretBytes = 64 * 1024;

/** The text of a configuration file. Throws a {@link ConfigError} that says what to do. */
export async function sourceOf(path: string, note: NoteFile = ignore): Promise<string> {
  note(path, versionOf(path));
  const fail = (message: string): never => {
    throw new ConfigError([{ file: path, line: 1, column: 1, path: '', kind: 'file', message }]);
  };
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return fail(unreadable(error));
  }
  if (bytes.length > mostConfigBytes) return fail('is larger than 1 MiB; is this the right file?');
  if (!isUtf8(bytes)) return fail('is not UTF-8 text; save it as UTF-8');
  return bytes.toString('utf8');
}

/** Where `${…}` in a file gets its values: variables from `env`, files relative to `directory`. */
export function lookupIn(env: Environment, directory: string, note: NoteFile = ignore): Lookup {
  return {
    variable: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
    variableNames: () => Object.keys(env),
    file: (path) => {
      const file = resolve(directory, path);
      note(file, versionOf(file));
      return secretFile(file);
    },
  };
}

function secretFile(path: string): ReturnType<Lookup['file']> {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { fault: 'is not a file' };
    if (stat.size > mostSecretBytes)
      return { fault: 'is larger than 64 KiB; is this the right file?' };
    const bytes = readFileSync(path);
    return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { fault: 'is not UTF-8 text' };
  } catch (error) {
    return { fault: unreadable(error) };
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist; create it, or name another file',
  EISDIR: 'is a directory; name the file in it',
  EACCES: 'may not be read by this user; change its owner or mode',
  EPERM: 'may not be read by this user; change its owner or mode',
  ENOTDIR: 'does not exist: part of its path is a file and not a directory',
  ELOOP: 'is a symbolic link that leads back to itself',
};

function unreadable(error: unknown): string {
  const code = types.isNativeError(error) && 'code' in error ? String(error.code) : 'unknown error';
  return reasons[code] ?? `cannot be read (${code})`;
}
