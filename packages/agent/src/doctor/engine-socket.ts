import { readFileSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExaminedHost } from './examination.ts';
import type { Finding } from './finding.ts';
import { shellWord } from './shell-word.ts';

/** Why the socket could not be connected to. `code`: the system's. */
export async function unreachedSocket(
  socketPath: string,
  code: string,
  host: ExaminedHost,
): Promise<Finding> {
  const shut = await shutFolder(socketPath);
  if (shut !== undefined) return shutOut(socketPath, shut, host);
  const found = await stat(socketPath).catch(() => undefined);
  if (found === undefined) return absent(socketPath, host);
  if (found.isDirectory()) return directory(socketPath);
  if (!found.isSocket()) return notASocket(socketPath);
  if (code === 'EACCES' || code === 'EPERM') return denied(socketPath, found, host);
  return down(socketPath, code, host);
}

async function absent(socketPath: string, host: ExaminedHost): Promise<Finding> {
  const other = await otherSocket(socketPath, host);
  const mount = `-v /var/run/docker.sock:${socketPath}`;
  const start = host.isContainer
    ? `mount it into this container: docker run ${mount} …`
    : 'start Docker: sudo systemctl start docker';
  return {
    code: 'engine.absent',
    severity: 'problem',
    where: [socketPath],
    what: 'there is no such socket',
    todo:
      other === undefined ? start : `there is one at ${other}: set engine.host: unix://${other}`,
  };
}

/** Where engines listen that are not started for all users. */
async function otherSocket(socketPath: string, { env }: ExaminedHost): Promise<string | undefined> {
  const { XDG_RUNTIME_DIR: runtime, HOME: home } = env;
  const places = [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock'), join(runtime, 'podman/podman.sock')] : []),
    ...(home
      ? [join(home, '.docker/run/docker.sock'), join(home, '.docker/desktop/docker.sock')]
      : []),
    '/run/podman/podman.sock',
  ];
  for (const place of places) {
    if (place === socketPath) continue;
    const isThere = await access(place, constants.R_OK | constants.W_OK).then(
      () => stat(place),
      () => undefined,
    );
    if (isThere?.isSocket()) return place;
  }
  return undefined;
}

function directory(socketPath: string): Finding {
  return {
    code: 'engine.directory',
    severity: 'problem',
    where: [socketPath],
    what: 'it is a directory: Docker makes one where a container mounts a path that is not there',
    todo: `stop what mounts it, remove it on the host with sudo rmdir ${shellWord(socketPath)}, and start Docker: sudo systemctl restart docker`,
  };
}

function notASocket(socketPath: string): Finding {
  return {
    code: 'engine.not_a_socket',
    severity: 'problem',
    where: [socketPath],
    what: 'it is no socket',
    todo: 'set engine.host to the socket that the engine listens on; `docker context inspect` shows it',
  };
}

function down(socketPath: string, code: string, { isContainer }: ExaminedHost): Finding {
  const remounted =
    '; if it runs, it was restarted under this container, which holds the old socket: restart the container, and mount the folder instead of the file';
  return {
    code: 'engine.down',
    severity: 'problem',
    where: [socketPath],
    what: `nothing answers behind the socket (${code})`,
    todo: `start Docker: sudo systemctl start docker${isContainer ? remounted : ''}`,
  };
}

/** The first folder on the way to a path that this process may not enter. */
async function shutFolder(path: string): Promise<string | undefined> {
  const folder = dirname(path);
  if (folder === path) return undefined;
  const above = await shutFolder(folder);
  if (above !== undefined) return above;
  return access(folder, constants.X_OK).then(
    () => undefined,
    (error: unknown) => (isDenial(error) ? folder : undefined),
  );
}

function isDenial(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EACCES';
}

async function shutOut(
  socketPath: string,
  folder: string,
  { isContainer, userName }: ExaminedHost,
): Promise<Finding> {
  const owner = await stat(folder).then(
    ({ uid }) => uid,
    () => 0,
  );
  return {
    code: 'engine.permission',
    severity: 'problem',
    where: [socketPath],
    what: `${userName} may not enter the folder ${folder}, which belongs to user ${owner}`,
    todo: isContainer
      ? `run the container with --user ${owner}`
      : `run it as that user: sudo -u '#${owner}' tallyman …`,
  };
}

interface Owned {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

function denied(socketPath: string, found: Owned, host: ExaminedHost): Finding {
  const { uid, gid, mode } = found;
  const rights = (mode & 0o777).toString(8);
  return {
    code: 'engine.permission',
    severity: 'problem',
    where: [socketPath],
    what: `${host.userName} may not open it: it belongs to user ${uid} and group ${gid}, mode ${rights}`,
    todo: admission(socketPath, found, host),
  };
}

const [ownerMayConnect, groupMayConnect] = [0o200, 0o020];

/** What lets this user in. */
function admission(socketPath: string, { uid, gid, mode }: Owned, host: ExaminedHost): string {
  const word = shellWord(socketPath);
  const isOwner = host.userId === uid;
  if (isOwner && (mode & ownerMayConnect) === 0)
    return `let its owner use it: sudo chmod u+rw ${word}`;
  if (!isOwner && (mode & groupMayConnect) === 0)
    return `let its group use it: sudo chmod g+rw ${word}`;
  if (isOwner || host.userId === 0 || host.groupIds.includes(gid))
    return 'owner, group and mode let this process in, so SELinux or AppArmor forbids it: run the container with --security-opt label=disable, or --privileged';
  if (host.isContainer) return `run the container with --group-add ${gid}`;
  const group = groupOf(gid);
  const user = host.userName;
  if (group?.members.includes(user))
    return `${user} was added to the group ${group.name} after this session began: log in again, or run newgrp ${group.name}`;
  if (gid === 0)
    return `sudo groupadd --force docker && sudo chgrp docker ${word} && sudo usermod -aG docker ${user}, then log in again`;
  const made = group === undefined ? `sudo groupadd --gid ${gid} docker-host && ` : '';
  return `${made}sudo usermod -aG ${group?.name ?? 'docker-host'} ${user}, then log in again`;
}

/** A group of this host by its number, as /etc/group has it (group(5)). */
function groupOf(
  gid: number,
): { readonly name: string; readonly members: readonly string[] } | undefined {
  for (const line of groupLines()) {
    const [name = '', , id, members = ''] = line.split(':');
    if (Number(id) === gid && name !== '') return { name, members: members.split(',') };
  }
  return undefined;
}

function groupLines(): readonly string[] {
  try {
    return readFileSync('/etc/group', 'utf8').split('\n');
  } catch {
    return [];
  }
}
