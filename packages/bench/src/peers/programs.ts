import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

// Where daemons are, also where the PATH of a user has no such folder.
const daemonFolders = ['/usr/sbin', '/usr/local/sbin'];

/** The path of a program; undefined where there is none. */
export function programAt(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...daemonFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** The first line of what it says about itself. */
export async function versionOf(program: string, flag = '--version'): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [flag]);
  return stdout.split('\n')[0]?.replace(/\s+/g, ' ').trim() ?? '';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
