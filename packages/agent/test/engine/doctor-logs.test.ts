import { expect, test } from '@jest/globals';
import { type DockerClient, describeEngine } from '@tallyman/testkit/docker';
import { Checkup } from '../support/checkup.ts';

const command = 'echo hello; exec sleep 600';
const rotated = { 'max-size': '10m', 'max-file': '3' };

/** A checkup of the containers of a test whose names match. */
function checkupOf(client: DockerClient, name: string, collect: object = {}): Checkup {
  return new Checkup({ socketPath: client.socketPath, config: configOf(client, name, collect) });
}

function configOf(client: DockerClient, name: string, collect: object = {}) {
  return { select: { include: [{ name: client.nameOf(name) }] }, collect };
}

/** `--log-driver` and `--log-opt` in what is to be done. */
function optionsIn(todo: string) {
  const [, logDriver] = /--log-driver (\S+?)[;,]?(?: |$)/.exec(todo) ?? [];
  const [first = ''] = todo.split(';');
  const options = [...first.matchAll(/--log-opt ([\w-]+)=(\w+)/g)];
  const logOptions = Object.fromEntries(options.map(([, key = '', value = '']) => [key, value]));
  return { ...(logDriver === undefined ? {} : { logDriver }), logOptions };
}

describeEngine('the doctor, on logs', (client) => {
  test('a driver that keeps nothing: gone with the driver that is named', async () => {
    const id = await client().run({ name: 'none-1', command, logDriver: 'none' });
    using checkup = checkupOf(client(), 'none-1');

    const before = await checkup.run();
    const { logDriver = '' } = optionsIn(before.todo('log.unreadable'));
    await client().remove(id);
    await client().run({ name: 'none-1', command, logDriver });
    const after = await checkup.run();

    expect(before.get('log.unreadable')).toMatchObject({
      severity: 'warning',
      where: [client().nameOf('none-1')],
      what: expect.stringContaining('its log driver (none) cannot be read'),
    });
    expect([logDriver, before.bad, after.bad]).toEqual(['local', ['log.unreadable'], []]);
    expect(after.get('log.readable').severity).toBe('fine');
  });

  test('the same: gone with reader: attach, and with the label that does without', async () => {
    const id = await client().run({ name: 'none-2', command, logDriver: 'none' });
    using checkup = checkupOf(client(), 'none-2');

    const before = await checkup.run();
    expect(before.todo('log.unreadable')).toMatch(
      /set collect\.logs\.reader: attach.*--label tallyman\.logs=false/,
    );
    const config = configOf(client(), 'none-2', { logs: { reader: 'attach' } });
    checkup.configure({ socketPath: client().socketPath, config });
    const attached = await checkup.run();
    checkup.configure({ socketPath: client().socketPath, config: configOf(client(), 'none-2') });
    await client().remove(id);
    const labels = { 'tallyman.logs': 'false' };
    await client().run({ name: 'none-2', command, logDriver: 'none', labels });
    const labelled = await checkup.run();

    expect([before.bad, attached.bad, labelled.bad]).toEqual([['log.unreadable'], [], []]);
    expect(labelled.get('label.overrides').what).toContain('tallyman.logs=false');
  });

  test('a driver that sends elsewhere, with its copy switched off: gone with the copy', async () => {
    const elsewhere = { 'syslog-address': 'udp://127.0.0.1:9' };
    const of = (logOptions: Record<string, string>) =>
      client().run({ name: 'syslog-1', command, logDriver: 'syslog', logOptions });
    const id = await of({ ...elsewhere, 'cache-disabled': 'true' });
    using checkup = checkupOf(client(), 'syslog-1');

    const before = await checkup.run();
    expect(before.todo('log.unreadable')).toContain('without --log-opt cache-disabled=true');
    await client().remove(id);
    await of(elsewhere);
    const after = await checkup.run();

    expect([before.bad, after.bad]).toEqual([['log.unreadable'], []]);
  });

  test.each([
    ['that is never rotated', {}, 'log.unbounded', 'it grows until'],
    ['in a single file', { 'max-size': '10m' }, 'log.rotation', 'keeps nothing'],
    ['in small files', { 'max-size': '64k', 'max-file': '4' }, 'log.rotation', 'keeps 192KiB'],
  ] as const)('a log %s: gone with the options that are named', async (_how, given, code, what) => {
    const container = { name: 'json-1', command, logDriver: 'json-file' };
    const id = await client().run({ ...container, logOptions: given });
    using checkup = checkupOf(client(), 'json-1');

    const before = await checkup.run();
    const { logOptions } = optionsIn(before.todo(code));
    await client().remove(id);
    const other = await client().run({ ...container, logOptions });
    const after = await checkup.run();
    await client().remove(other);

    expect(before.get(code)).toMatchObject({
      severity: 'warning',
      where: [client().nameOf('json-1')],
      what: expect.stringContaining(what),
    });
    expect(logOptions).toEqual(rotated);
    expect([before.bad, after.bad]).toEqual([[code], []]);
  });

  test('the local driver rotates by itself; told otherwise, that is seen', async () => {
    await client().run({ name: 'local-1', command, logDriver: 'local' });
    const tiny = { 'max-size': '1m', 'max-file': '2' };
    await client().run({ name: 'local-2', command, logDriver: 'local', logOptions: tiny });
    using checkup = checkupOf(client(), 'local-*');

    const found = await checkup.run();

    expect(found.get('log.rotation').where).toEqual([client().nameOf('local-2')]);
    expect(found.bad).toEqual(['log.rotation']);
  });

  test('many containers of one make are one finding', async () => {
    for (const number of [1, 2, 3])
      await client().run({ name: `many-${number}`, command, logDriver: 'json-file' });
    using checkup = checkupOf(client(), 'many-*');

    const found = await checkup.run();

    const names = [1, 2, 3].map((number) => client().nameOf(`many-${number}`));
    expect([...found.get('log.unbounded').where].sort()).toEqual(names);
    expect(found.bad).toEqual(['log.unbounded']);
  });

  test('an engine of this host: its files and control groups are seen, and proven', async () => {
    await client().run({ name: 'files-1', command, logDriver: 'json-file', logOptions: rotated });
    using checkup = checkupOf(client(), 'files-1', {
      logs: { reader: 'file' },
      stats: { reader: 'cgroup' },
    });

    const found = await checkup.run();

    expect(found.get('log.reader').what).toBe('1 log can be read from the engine’s files');
    expect(found.get('stat.reader').what).toContain('of 1 container are read from control groups');
    expect([found.bad, found.exitCode]).toEqual([[], 0]);
  });
});
