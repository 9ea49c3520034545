import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { AgentProcess } from '../support/agent-process.ts';
import { Checkup } from '../support/checkup.ts';
import { nobody, testAsNobody } from '../support/nobody.ts';
import { canMakeRoot, OtherRoot } from '../support/other-root.ts';
import { canMount, SmallDisk } from '../support/small-disk.ts';

const mib = 1024 ** 2;
const testMounting = canMount() ? test : test.skip;
const testInRoot = canMakeRoot() ? test : test.skip;

/** Runs a command that a finding names. This process is root. */
function obey(command: string): void {
  execFileSync('sh', ['-ec', command.replaceAll('sudo ', '')]);
}

test('a directory that is not there is not made, and one that is there is left as it was', async () => {
  await using engine = await new EmbeddedEngine().start();
  using checkup = new Checkup({ socketPath: engine.socketPath });
  const state = join(checkup.folder, 'state');

  const without = await checkup.run();
  const isMade = existsSync(state);
  mkdirSync(state, { mode: 0o700 });
  const empty = await checkup.run();

  expect(without.get('state.usable').what).toBe('it is not there yet, and can be made');
  expect(empty.get('state.usable').what).toBe('it can be written');
  expect([isMade, readdirSync(state), without.bad, empty.bad]).toEqual([false, [], [], []]);
});

test('a running agent is named, keeps its lock and goes on', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await AgentProcess.start({ socketPath: engine.socketPath });
  await agent.ready();
  using checkup = new Checkup();
  const state = { directory: join(agent.folder, 'state') };
  checkup.configure({ socketPath: engine.socketPath, config: { state } });
  const lying = () => readdirSync(state.directory, { recursive: true }).map(String).sort();
  const before = lying();

  const found = await checkup.run();
  engine.container({ name: 'web' }).start().print('stdout', 'still here\n');
  await agent.until(() => agent.logs.length > 0, 'the agent goes on');
  const after = lying();
  await agent.stop();

  expect(found.get('state.in_use')).toMatchObject({
    severity: 'fine',
    what: expect.stringContaining(`pid ${agent.pid} on `),
  });
  expect([found.bad, found.exitCode]).toEqual([[], 0]);
  expect(after).toEqual(before);
});

test('a file in its place: gone once it is moved away', async () => {
  await using engine = await new EmbeddedEngine().start();
  using checkup = new Checkup({ socketPath: engine.socketPath, files: { state: '' } });
  const state = join(checkup.folder, 'state');

  const before = await checkup.run();
  const [, command = ''] = /\((mv [^)]+)\)/.exec(before.todo('state.not_a_directory')) ?? [];
  obey(command);
  const after = await checkup.run();

  expect(before.get('state.not_a_directory')).toMatchObject({
    severity: 'problem',
    where: [state],
  });
  expect([before.exitCode, after.bad]).toEqual([1, []]);
});

testAsNobody.each([
  ['belongs to another user', true],
  ['cannot be made', false],
])('a directory that %s: gone with the command that is named', async (_how, isThere) => {
  await using engine = await new EmbeddedEngine().start();
  chmodSync(engine.socketPath, 0o666);
  chmodSync(join(engine.socketPath, '..'), 0o755);
  using checkup = new Checkup({ socketPath: engine.socketPath });
  const state = join(checkup.folder, 'state');
  if (isThere) mkdirSync(state, { mode: 0o755 });

  const before = await checkup.run({ userId: nobody });
  const [, command = ''] = /: (sudo [^;]+);/.exec(before.todo('state.unwritable')) ?? [];
  obey(command);
  const after = await checkup.run({ userId: nobody });

  expect(before.get('state.unwritable')).toMatchObject({
    severity: 'problem',
    what: expect.stringContaining(`user ${nobody} may not write`),
  });
  expect(command).toContain(`chown ${isThere ? '-R ' : ''}${nobody} ${state}`);
  expect([before.bad, after.bad]).toEqual([['state.unwritable'], []]);
});

testAsNobody('the default directory is a warning where it cannot be written', async () => {
  await using engine = await new EmbeddedEngine().start();
  chmodSync(engine.socketPath, 0o666);
  chmodSync(join(engine.socketPath, '..'), 0o755);
  const host = `unix://${engine.socketPath}`;
  using checkup = new Checkup({
    config: JSON.stringify({ engine: { host }, sinks: { stdout: {} } }),
  });

  const found = await checkup.run({ userId: nobody });

  expect(found.get('state.unwritable')).toMatchObject({
    severity: 'warning',
    where: ['/var/lib/tallyman'],
    what: expect.stringContaining('in memory alone'),
  });
  expect(found.exitCode).toBe(0);
});

testAsNobody('files in it of another user: gone with the command that is named', async () => {
  await using engine = await new EmbeddedEngine().start();
  chmodSync(engine.socketPath, 0o666);
  chmodSync(join(engine.socketPath, '..'), 0o755);
  using checkup = new Checkup({ socketPath: engine.socketPath });
  const state = join(checkup.folder, 'state');
  mkdirSync(join(state, 'lanes/stdout'), { recursive: true, mode: 0o700 });
  chownSync(state, nobody, nobody);

  const before = await checkup.run({ userId: nobody });
  const [command = ''] = before.todo('state.owner').split(';');
  obey(command);
  const after = await checkup.run({ userId: nobody });

  expect(before.get('state.owner').where).toContain(join(state, 'lanes'));
  expect(command).toBe(`sudo chown -R ${nobody} ${state}`);
  expect([before.bad, after.bad]).toEqual([['state.owner'], []]);
});

test('one that a newer version wrote: gone once it is moved away, whatever its name', async () => {
  await using engine = await new EmbeddedEngine().start();
  const { socketPath } = engine;
  const directory = "FOLDER/its $(state) isn't";
  using checkup = new Checkup({
    socketPath,
    config: { state: { directory: directory.replace('$', '$$$$') } },
  });
  const state = directory.replace('FOLDER', checkup.folder);
  mkdirSync(state);
  writeFileSync(join(state, 'tallyman.json'), '{"version":99,"bornAt":"2030-01-01T00:00:00Z"}\n');

  const before = await checkup.run();
  obey(/mv .*$/.exec(before.todo('state.newer'))?.[0] ?? '');
  const after = await checkup.run();

  expect(before.get('state.newer').severity).toBe('problem');
  expect([before.bad, after.bad, existsSync(`${state}.newer`)]).toEqual([
    ['state.newer'],
    [],
    true,
  ]);
});

testMounting(
  'a disk that is full, and one that is too small: gone with room, and with a smaller bound',
  async () => {
    await using engine = await new EmbeddedEngine().start();
    using disk = new SmallDisk(32 * mib);
    const { socketPath } = engine;
    const directory = join(disk.path, 'state');
    using checkup = new Checkup({ socketPath, config: { state: { directory } } });

    disk.fill();
    const full = await checkup.run();
    expect(full.todo('state.full')).toContain('make room on that file system');
    disk.relieve();
    const narrow = await checkup.run();
    const [, bound = ''] = /state\.max_size: (\w+)/.exec(narrow.todo('state.room')) ?? [];
    checkup.configure({ socketPath, config: { state: { directory, max_size: bound } } });
    const after = await checkup.run();

    expect(full.get('state.full')).toMatchObject({ severity: 'problem', where: [directory] });
    expect(full.exitCode).toBe(1);
    expect(narrow.get('state.room').severity).toBe('warning');
    expect([narrow.bad.includes('state.full'), narrow.exitCode]).toEqual([false, 0]);
    // That it is in memory remains.
    expect(after.bad).toEqual(['state.volatile']);
  },
);

testMounting('one in memory: gone with a directory on a disk', async () => {
  await using engine = await new EmbeddedEngine().start();
  using disk = new SmallDisk(32 * mib);
  const { socketPath } = engine;
  const state = { directory: disk.path, max_size: '1MiB' };
  using checkup = new Checkup({ socketPath, config: { state } });

  const before = await checkup.run();
  expect(before.todo('state.volatile')).toBe('name a directory on a disk in state.directory');
  checkup.configure({ socketPath });
  const after = await checkup.run();

  expect([before.bad, after.bad]).toEqual([['state.volatile'], []]);
});

testInRoot(
  'one that is in the agent’s container alone: gone with a volume',
  async () => {
    await using engine = await new EmbeddedEngine().start();
    await using root = await OtherRoot.make();
    root.becomeContainer('5eed'.padEnd(64, '0'));
    const directory = '/var/lib/tallyman-in-container';
    using checkup = new Checkup({
      socketPath: engine.socketPath,
      config: { state: { directory } },
    });

    const before = await checkup.run({ root });
    expect(before.todo('state.volatile')).toContain(`docker run -v tallyman:${directory}`);
    // As the engine mounts a volume: a folder of the host.
    root.run(
      `mkdir -p ${checkup.folder}/volume ${directory}; mount --bind ${checkup.folder}/volume ${directory}`,
    );
    const after = await checkup.run({ root });
    root.run(`umount ${directory}`);

    expect([before.bad, after.bad]).toEqual([['state.volatile'], []]);
  },
  60_000,
);

testInRoot(
  'one that is mounted read-only: gone once it is writable',
  async () => {
    await using engine = await new EmbeddedEngine().start();
    await using root = await OtherRoot.make();
    using checkup = new Checkup({ socketPath: engine.socketPath });
    const state = join(checkup.folder, 'state');
    mkdirSync(state);
    root.run(`mount --bind ${state} ${state}; mount -o remount,ro,bind ${state}`);

    const before = await checkup.run({ root });
    root.run(`mount -o remount,rw,bind ${state}`);
    const after = await checkup.run({ root });

    expect(before.todo('state.unwritable')).toContain('mounted read-only');
    expect([before.bad, after.bad]).toEqual([['state.unwritable'], []]);
  },
  60_000,
);

test('what was set aside, and what a sink has left that is no more: gone once it is removed as told', async () => {
  await using engine = await new EmbeddedEngine().start();
  using checkup = new Checkup({ socketPath: engine.socketPath });
  const state = join(checkup.folder, 'state');
  const spool = join(state, 'lanes/stdout/spool');
  mkdirSync(spool, { recursive: true });
  mkdirSync(join(state, 'lanes/retired'));
  const damaged = [
    join(spool, '7.damaged-3'),
    join(state, 'lanes/stdout/positions.json.damaged-now'),
  ];
  for (const path of damaged) writeFileSync(path, '0123456789');

  const before = await checkup.run();
  obey(/rm \/.*$/.exec(before.todo('state.damaged'))?.[0] ?? '');
  obey(/rm -r \S+$/.exec(before.todo('state.orphan'))?.[0] ?? '');
  const after = await checkup.run();

  expect([...before.get('state.damaged').where].sort()).toEqual([...damaged].sort());
  expect(before.get('state.damaged').what).toContain('20 bytes');
  expect(before.get('state.orphan').what).toContain('the sink retired is configured no more');
  expect([before.bad, after.bad]).toEqual([['state.damaged', 'state.orphan'], []]);
  expect(before.exitCode).toBe(0);
});
