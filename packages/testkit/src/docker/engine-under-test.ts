import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findProgram } from './programs.ts';

const probeLimitMs = 5_000;
const probe = `
  import { get } from 'node:http';
  const answer = get({ socketPath: process.argv[1], path: '/_ping', agent: false });
  answer.on('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
  answer.on('error', () => process.exit(1));
`;

/**
 * The socket of the engine that tests run against: what DOCKER_HOST says, otherwise Docker's default.
 * Undefined where DOCKER_HOST means anything but a unix socket.
 */
export function engineSocket(dockerHost = process.env.DOCKER_HOST): string | undefined {
  if (dockerHost === undefined || dockerHost === '') return '/var/run/docker.sock';
  return dockerHost.startsWith('unix://') ? dockerHost.slice('unix://'.length) : undefined;
}

/** Whether an engine answers there. Synchronous, as a suite is skipped or not when it is defined. */
export function engineAnswers(socketPath: string): boolean {
  if (!existsSync(socketPath)) return false;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', probe, socketPath], {
    stdio: 'ignore',
    timeout: probeLimitMs,
  });
  return child.status === 0;
}

/** Whether this process can start a `PrivateEngine`: root, a dockerd, and network namespaces. */
export function canStartEngines(): boolean {
  if (process.getuid?.() !== 0 || findProgram('dockerd') === undefined) return false;
  return spawnSync('unshare', ['--net', 'true'], { stdio: 'ignore' }).status === 0;
}
