import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { engineSockets, type UnprivilegedUser } from '../../src/container/unprivileged.ts';

const program = fileURLToPath(new URL('./programs/become.ts', import.meta.url));
const [userId, groupId, socketGroup] = [10_000, 10_000, 4_242];
const capabilitiesNone = '0'.repeat(16);

const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip;

describeAsRoot('becoming an unprivileged user', () => {
  let folder: string;
  let engine: Server;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tallyman-user-'));
    mkdirSync(join(folder, 'state'));
    engine = createServer();
    await new Promise<void>((listening) => engine.listen(join(folder, 'docker.sock'), listening));
    socketIs(socketGroup, 0o660);
  });

  afterEach(() => {
    engine.close();
    rmSync(folder, { recursive: true });
  });

  test('leaves no thread with another user, another group than that of the socket, or a capability', () => {
    const { threads, way } = become();

    expect(threads.length).toBeGreaterThan(4);
    expect(new Set(threads.map((thread) => thread.join(' ')))).toEqual(
      new Set([
        [same(userId), same(groupId), `${socketGroup}`, capabilitiesNone, capabilitiesNone].join(
          ' ',
        ),
      ]),
    );
    expect(way).toBe('none');
  });

  test('keeps the groups that it was given besides', () => {
    const { threads } = become(['setpriv', '--groups', '0,999']);

    expect(threads[0]?.[2]).toBe(`999 ${socketGroup}`);
  });

  test.each([
    ['everybody may open it', 0o666],
    ['its group may not open it', 0o600],
  ])('does not join the group of the socket where %s', (_why, mode) => {
    socketIs(socketGroup, mode);

    expect(become().threads[0]?.[2]).toBe('');
  });

  test('joins the group of root where the socket is root’s', () => {
    socketIs(0, 0o660);

    expect(become().threads[0]?.[2]).toBe('0');
  });

  test('is given a state directory of root, and not what lies in it', () => {
    writeFileSync(join(folder, 'state', 'old'), '');

    become();

    expect(ownerOf('state')).toBe(userId);
    expect(ownerOf('state/old')).toBe(0);
  });

  test('leaves a state directory alone that is somebody else’s', () => {
    chownSync(join(folder, 'state'), 1_000, 1_000);

    become();

    expect(ownerOf('state')).toBe(1_000);
  });

  test('goes on without a socket and a state directory', () => {
    rmSync(join(folder, 'state'), { recursive: true });
    engine.close();

    expect(become().threads[0]?.slice(0, 3)).toEqual([same(userId), same(groupId), '']);
  });

  test('stays who it is where it is not root', () => {
    const { threads } = become(['setpriv', '--reuid', '1234', '--regid', '1234', '--groups', '7']);

    expect(threads[0]?.slice(0, 3)).toEqual([same(1_234), same(1_234), '7']);
    expect(ownerOf('state')).toBe(0);
  });

  test('says which capabilities are missing, and how to do without', () => {
    const { error } = become(['setpriv', '--bounding-set', '-setuid,-setgid']);

    expect(error).toMatch(
      /becoming the user tallyman: .*\(EPERM\).*--cap-add SETUID --cap-add SETGID.*--user 10000:10000 --group-add GID/,
    );
  });

  /** Who the process is afterwards. `through`: a command that starts it. */
  function become(through: readonly string[] = []): {
    readonly threads: readonly (readonly string[])[];
    readonly way?: string;
    readonly error?: string;
  } {
    const user: UnprivilegedUser = {
      name: 'tallyman',
      userId,
      groupId,
      stateDirectory: join(folder, 'state'),
      socketPaths: [join(folder, 'docker.sock'), join(folder, 'none.sock')],
    };
    const [command, ...args] = [
      ...through,
      process.execPath,
      program,
      JSON.stringify(user),
    ] as const;
    const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    return { threads: [], ...JSON.parse(stdout || `{"error":${JSON.stringify(stderr)}}`) };
  }

  function socketIs(group: number, mode: number): void {
    chownSync(join(folder, 'docker.sock'), 0, group);
    chmodSync(join(folder, 'docker.sock'), mode);
  }

  function ownerOf(path: string): number {
    return statSync(join(folder, path)).uid;
  }
});

/** Real, effective, saved and file system id, as proc(5) has them. */
function same(id: number): string {
  return Array(4).fill(id).join('\t');
}

test.each([
  [undefined, ['/var/run/docker.sock']],
  ['unix:///run/podman/podman.sock', ['/run/podman/podman.sock', '/var/run/docker.sock']],
  ['tcp://proxy:2375', ['/var/run/docker.sock']],
])('DOCKER_HOST %p is looked for at %j', (dockerHost, paths) => {
  expect(engineSockets(dockerHost)).toEqual(paths);
});
