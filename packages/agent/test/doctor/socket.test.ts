import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { Checkup } from '../support/checkup.ts';
import { nobody, testAsNobody } from '../support/nobody.ts';
import { canMakeRoot, OtherRoot } from '../support/other-root.ts';

const group = 4_242;
const ordinary = { state: { directory: 'FOLDER/state' } };
let folder = '';
let socketPath = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallyman-socket-'));
  chmodSync(folder, 0o755);
  socketPath = join(folder, 'docker.sock');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A checkup as nobody, with a state directory that nobody may write. */
function checkupAsNobody(): Checkup {
  const checkup = new Checkup({ socketPath, config: ordinary });
  mkdirSync(join(checkup.folder, 'state'), { mode: 0o777 });
  chownSync(join(checkup.folder, 'state'), nobody, nobody);
  return checkup;
}

test('no socket: says how Docker is started, or mounted; gone once it is there', async () => {
  using checkup = new Checkup({ socketPath });

  const before = await checkup.run({ env: { HOME: folder } });
  await using _engine = await new EmbeddedEngine({ socketPath }).start();
  const after = await checkup.run();

  expect(before.get('engine.absent')).toMatchObject({ severity: 'problem', where: [socketPath] });
  expect(before.exitCode).toBe(1);
  expect(after.get('engine.reached').what).toMatch(/^Docker Engine 28\.5\.2 answers, API 1\.51/);
  expect([after.bad, after.exitCode]).toEqual([[], 0]);
});

test('no socket where it is looked for, and one elsewhere: gone once engine.host names that', async () => {
  await using engine = await new EmbeddedEngine({ socketPath }).start();
  using checkup = new Checkup({ socketPath: '/nowhere/docker.sock' });
  using hidden = new Checkup({ socketPath: '/nowhere/docker.sock' });

  // Where a machine has an engine for all users, that one is named.
  const before = await hidden.run({ env: { XDG_RUNTIME_DIR: folder } });
  const [, other = ''] =
    /set engine\.host: unix:\/\/(\S+)/.exec(before.todo('engine.absent')) ?? [];
  checkup.configure({ socketPath: engine.socketPath });
  const after = await checkup.run();

  expect(['/var/run/docker.sock', engine.socketPath]).toContain(other);
  expect(after.bad).not.toContain('engine.absent');
});

test('a directory in its place: gone once it is removed as told and Docker is started', async () => {
  mkdirSync(socketPath);
  using checkup = new Checkup({ socketPath });

  const before = await checkup.run();
  expect(before.todo('engine.directory')).toContain(`sudo rmdir ${socketPath}`);
  rmdirSync(socketPath);
  await using _engine = await new EmbeddedEngine({ socketPath }).start();
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.directory']);
  expect(after.bad).toEqual([]);
});

test('a file that is no socket: gone once engine.host names the socket', async () => {
  await using engine = await new EmbeddedEngine().start();
  const path = join(folder, 'file');
  writeFileSync(path, '');
  using checkup = new Checkup({ socketPath: path });

  const before = await checkup.run();
  checkup.configure({ socketPath: engine.socketPath });
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.not_a_socket']);
  expect(before.todo('engine.not_a_socket')).toContain('set engine.host');
  expect(after.bad).toEqual([]);
});

test('a daemon that is down: gone once it is started', async () => {
  await using engine = await new EmbeddedEngine({ socketPath }).start();
  await engine.stop({ leave: 'socket' });
  using checkup = new Checkup({ socketPath });

  const before = await checkup.run();
  await engine.start();
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.down']);
  expect(before.get('engine.down')).toMatchObject({
    what: 'nothing answers behind the socket (ECONNREFUSED)',
    todo: 'start Docker: sudo systemctl start docker',
  });
  expect(after.bad).toEqual([]);
});

test('a daemon that hangs: found in time, gone once it answers', async () => {
  await using engine = await new EmbeddedEngine().start();
  using checkup = new Checkup({ socketPath: engine.socketPath });

  engine.stall();
  const before = await checkup.run();
  engine.resume();
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.silent']);
  expect(before.todo('engine.silent')).toContain('sudo systemctl restart docker');
  expect(after.bad).toEqual([]);
}, 60_000);

testAsNobody('a socket that its group may not use: gone once that is given', async () => {
  await using _engine = await new EmbeddedEngine({ socketPath }).start();
  chownSync(socketPath, 0, group);
  chmodSync(socketPath, 0o600);
  using checkup = checkupAsNobody();
  const asMember = { userId: nobody, groupIds: [group] };

  const before = await checkup.run(asMember);
  expect(before.todo('engine.permission')).toContain(`sudo chmod g+rw ${socketPath}`);
  chmodSync(socketPath, 0o660);
  const after = await checkup.run(asMember);

  expect(before.bad).toEqual(['engine.permission']);
  expect(after.bad).toEqual([]);
});

testAsNobody('a socket that its owner may not use: gone once that is given', async () => {
  await using _engine = await new EmbeddedEngine({ socketPath }).start();
  chownSync(socketPath, nobody, 0);
  chmodSync(socketPath, 0o060);
  using checkup = checkupAsNobody();

  const before = await checkup.run({ userId: nobody });
  expect(before.todo('engine.permission')).toContain(`sudo chmod u+rw ${socketPath}`);
  chmodSync(socketPath, 0o660);
  const after = await checkup.run({ userId: nobody });

  expect([before.bad, after.bad]).toEqual([['engine.permission'], []]);
});

const testInRoot = canMakeRoot() ? testAsNobody : test.skip;

testInRoot(
  'a user who is not in the group of the socket: gone once usermod has run and the user logged in again',
  async () => {
    await using _engine = await new EmbeddedEngine({ socketPath }).start();
    await using root = await OtherRoot.make();
    chownSync(socketPath, 0, group);
    chmodSync(socketPath, 0o660);
    using checkup = checkupAsNobody();
    const asNobody = { userId: nobody, groupIds: 'as the host has them', root } as const;

    const before = await checkup.run(asNobody);
    const told = before.todo('engine.permission');
    expect(told).toBe(
      `sudo groupadd --gid ${group} docker-host && sudo usermod -aG docker-host nobody, then log in again`,
    );
    root.run(told.replace(/, then log in again$/, ''));
    const between = await checkup.run({ ...asNobody, groupIds: [] });
    const after = await checkup.run(asNobody);

    expect(before.bad).toEqual(['engine.permission']);
    expect(between.todo('engine.permission')).toContain('log in again, or run newgrp docker-host');
    expect(after.bad).toEqual([]);
  },
  60_000,
);

testInRoot(
  'in a container: gone with --group-add and the number of the group',
  async () => {
    await using _engine = await new EmbeddedEngine({ socketPath }).start();
    await using root = await OtherRoot.make();
    root.becomeContainer('c0ffee'.padEnd(64, '0'));
    chownSync(socketPath, 0, group);
    chmodSync(socketPath, 0o660);
    using checkup = checkupAsNobody();

    const before = await checkup.run({ userId: nobody, root });
    const [, added = ''] = /--group-add (\d+)/.exec(before.todo('engine.permission')) ?? [];
    const after = await checkup.run({ userId: nobody, groupIds: [Number(added)], root });

    expect(before.bad).toContain('engine.permission');
    expect(after.bad).not.toContain('engine.permission');
  },
  60_000,
);

testAsNobody('a folder that may not be entered: gone as the user who owns it', async () => {
  await using _engine = await new EmbeddedEngine({ socketPath }).start();
  chmodSync(folder, 0o700);
  using checkup = checkupAsNobody();

  const before = await checkup.run({ userId: nobody });
  expect(before.todo('engine.permission')).toContain("sudo -u '#0' tallyman");
  const after = await checkup.run();
  chmodSync(folder, 0o755);

  expect(before.get('engine.permission').what).toContain(`may not enter the folder ${folder}`);
  expect(after.bad).toEqual([]);
});

test('another engine in DOCKER_HOST than in the file: gone without it', async () => {
  await using engine = await new EmbeddedEngine().start();
  using checkup = new Checkup({ socketPath: engine.socketPath });

  const before = await checkup.run({ env: { DOCKER_HOST: 'tcp://ops:hush@elsewhere:2375' } });
  const after = await checkup.run();

  expect(before.get('engine.docker_host')).toMatchObject({
    severity: 'warning',
    where: ['tcp://…@elsewhere:2375'],
    todo: expect.stringContaining('unset DOCKER_HOST'),
  });
  expect([before.exitCode, after.bad]).toEqual([0, []]);
});
