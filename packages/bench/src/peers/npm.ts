import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The predecessors' parts that are on the registry, at the versions that are measured. */
export const npmPeers = { 'docker-loghose': '1.6.5', 'docker-stats': '0.9.0' } as const;
export type NpmPeer = keyof typeof npmPeers;

// Outside the project: nothing here depends on them.
const folder = '/var/cache/tallyman-bench/npm';
const installLimitMs = 300_000;

const programs: Readonly<Record<NpmPeer, string>> = {
  'docker-loghose': 'loghose.js',
  'docker-stats': 'stats.js',
};

/** The command that runs one, which is installed first where it is not there yet. */
export async function npmCommand(peer: NpmPeer): Promise<readonly string[]> {
  const installed = join(folder, `${peer}-${npmPeers[peer]}`);
  const program = join(installed, 'node_modules', peer, programs[peer]);
  const isThere = await access(program).then(
    () => true,
    () => false,
  );
  if (!isThere) await install(`${peer}@${npmPeers[peer]}`, installed);
  return [process.execPath, program];
}

async function install(what: string, where: string): Promise<void> {
  await mkdir(where, { recursive: true });
  const args = ['install', '--prefix', where, '--ignore-scripts', '--no-audit', '--no-fund', what];
  try {
    await promisify(execFile)('npm', args, { cwd: where, timeout: installLimitMs });
  } catch (cause) {
    throw new Error(`installing ${what} in ${where}: npm could not; leave it out with --peers`, {
      cause,
    });
  }
}
