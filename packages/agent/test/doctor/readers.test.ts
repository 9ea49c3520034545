import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { Checkup } from '../support/checkup.ts';
import { canMakeRoot, OtherRoot } from '../support/other-root.ts';

// Its files are nowhere, its processes are none of this host.
const withContainer = async () => {
  const engine = await new EmbeddedEngine().start();
  engine.container({ name: 'web', rotation: { entriesPerFile: 10, files: 2 } }).start();
  return engine;
};

test('log files that are asked for and out of reach: gone with reader auto', async () => {
  await using engine = await withContainer();
  const { socketPath } = engine;
  using checkup = new Checkup({ socketPath, config: { collect: { logs: { reader: 'file' } } } });

  const before = await checkup.run();
  checkup.configure({ socketPath, config: { collect: { logs: { reader: 'auto' } } } });
  const after = await checkup.run();

  expect(before.get('log.file_unreachable')).toMatchObject({
    severity: 'warning',
    where: ['web'],
    todo: 'set collect.logs.reader: auto',
  });
  expect(after.bad).not.toContain('log.file_unreachable');
  expect(after.get('log.reader')).toMatchObject({
    severity: 'fine',
    what: expect.stringContaining(
      '0 logs can be read from the engine’s files, 1 through the engine',
    ),
  });
});

test('control groups that are asked for and out of reach: gone with reader auto', async () => {
  await using engine = await withContainer();
  const { socketPath } = engine;
  using checkup = new Checkup({ socketPath, config: { collect: { stats: { reader: 'cgroup' } } } });

  const before = await checkup.run();
  expect(before.todo('stat.cgroup_unreachable')).toBe('set collect.stats.reader: auto');
  checkup.configure({ socketPath, config: { collect: { stats: { reader: 'auto' } } } });
  const after = await checkup.run();

  expect(before.get('stat.cgroup_unreachable')).toMatchObject({
    severity: 'problem',
    where: ['web'],
    what: expect.stringContaining('its control group is not visible'),
  });
  expect([before.exitCode, after.exitCode]).toEqual([1, 0]);
  expect(after.get('stat.reader').what).toContain('of 1 through the engine');
});

const testInRoot = canMakeRoot() ? test : test.skip;

testInRoot(
  'more logs than inotify instances: gone once the named command has run',
  async () => {
    await using engine = await new EmbeddedEngine().start();
    for (let number = 1; number <= 101; number++) engine.container({ name: `c${number}` }).start();
    await using root = await OtherRoot.make();
    using checkup = new Checkup({ socketPath: engine.socketPath });
    // A file in its place: the machine's own limit is others', too.
    const limit = join(checkup.folder, 'instances');
    writeFileSync(limit, '128\n');
    root.run(`mount --bind ${limit} /proc/sys/fs/inotify/max_user_instances`);

    const before = await checkup.run({ root });
    const [command = ''] = before.todo('log.inotify').split(';');
    expect(command).toBe('sudo sysctl -w fs.inotify.max_user_instances=512');
    root.run(command);
    const after = await checkup.run({ root });

    expect(before.get('log.inotify').what).toContain('101 logs are followed through the engine');
    expect(after.bad).not.toContain('log.inotify');
  },
  60_000,
);
