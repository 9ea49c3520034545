import { execFile } from 'node:child_process';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '@tallyman/testkit/docker';

// Where daemons are, also where the PATH of a user has no such folder.
const daemonFolders = ['/usr/sbin', '/usr/local/sbin'];

/** The path of a program; undefined where there is none. */
export function programAt(name: string): string | undefined {
  return findProgram(name, [process.env.PATH ?? '', ...daemonFolders].join(delimiter));
}

/** The first line of what it says about itself. */
export async function versionOf(program: string, flag = '--version'): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [flag]);
  return stdout.split('\n')[0]?.replace(/\s+/g, ' ').trim() ?? '';
}
