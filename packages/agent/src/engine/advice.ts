import { statSync } from 'node:fs';
import type { EngineAddress, EngineError } from '@tallyman/core';

/** What a person can do about an engine that does not answer, in one or two sentences. */
export function adviceFor(error: EngineError, address: EngineAddress): string {
  if (error.kind === 'too_old') return 'Update the engine.';
  if (address.kind === 'tcp')
    return 'Check engine.host (or DOCKER_HOST), that the daemon listens there, and engine.tls.';
  const { socketPath } = address;
  if (error.kind === 'denied') return deniedAdvice(socketPath);
  return ownerOf(socketPath) === undefined
    ? `There is no ${socketPath}. Start Docker, or mount the socket into this container: -v /var/run/docker.sock:${socketPath}`
    : `Nothing answers behind ${socketPath}. Start Docker (systemctl start docker); if it was restarted under a container that mounts the socket as a file, mount its directory instead.`;
}

function deniedAdvice(socketPath: string): string {
  const groupId = ownerOf(socketPath);
  const id = groupId === undefined ? 'of the socket' : `${groupId}`;
  return [
    `Its group is ${id}: in a container add --group-add ${groupId ?? 'GID'}, on the host add this user to the group (usermod -aG docker USER, then log in again).`,
    'Where that does not help, SELinux or AppArmor forbids it: --security-opt label=disable, or --privileged.',
  ].join(' ');
}

/** The group that owns the socket; nothing where there is none. */
function ownerOf(socketPath: string): number | undefined {
  try {
    return statSync(socketPath).gid;
  } catch {
    return undefined;
  }
}
