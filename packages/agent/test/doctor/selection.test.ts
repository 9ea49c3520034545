import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { Checkup } from '../support/checkup.ts';
import { canMakeRoot, OtherRoot } from '../support/other-root.ts';

// Their logs have no bound, which is another matter.
const unheard = { collect: { logs: { enabled: false } } };

/** The label that a finding names, as a container is made with it. */
function labelIn(todo: string): Record<string, string> {
  const [, key = '', value = ''] = /--label ([\w.]+)=([\w,]+)/.exec(todo) ?? [];
  return { [key]: value };
}

test.each([
  [
    { 'tallyman.log': 'false' },
    'tallyman.logs=false',
    'its label tallyman.log=false means nothing here',
  ],
  [
    { 'tallyman.stats': 'maybe' },
    'tallyman.stats=true or tallyman.stats=false',
    'tallyman.stats=maybe',
  ],
])('the label %j means nothing: gone with the one that is named', async (labels, named, what) => {
  await using engine = await new EmbeddedEngine().start();
  const web = engine.container({ name: 'web', labels }).start();
  using checkup = new Checkup({ socketPath: engine.socketPath, config: unheard });

  const before = await checkup.run();
  web.remove();
  const told = before.todo('label.unknown');
  engine.container({ name: 'web', labels: labelIn(told) }).start();
  const after = await checkup.run();

  expect(told).toContain(`--label ${named}`);
  expect(before.get('label.unknown')).toMatchObject({
    severity: 'warning',
    where: ['web'],
    what: expect.stringContaining(what),
  });
  expect([before.bad, after.bad]).toEqual([['label.unknown'], []]);
});

test('a label that looks like none: what there is, is named; gone without it', async () => {
  await using engine = await new EmbeddedEngine().start();
  const web = engine.container({ name: 'web', labels: { 'tallyman.frobnicate': '1' } }).start();
  using checkup = new Checkup({ socketPath: engine.socketPath, config: unheard });

  const before = await checkup.run();
  web.remove();
  engine.container({ name: 'web' }).start();
  const after = await checkup.run();

  expect(before.todo('label.unknown')).toBe(
    'make the container anew without it; known are tallyman.enable, tallyman.sinks, tallyman.agent, tallyman.logs, tallyman.stats, tallyman.events, tallyman.fields.KEY',
  );
  expect(after.bad).toEqual([]);
});

test('a label that names a sink that is not there: gone with the one that was meant', async () => {
  await using engine = await new EmbeddedEngine().start();
  const labels = { 'tallyman.sinks': 'metric,shelf' };
  const web = engine.container({ name: 'web', labels }).start();
  const sinks = { metrics: { type: 'stdout' }, shelf: { type: 'stdout' } };
  using checkup = new Checkup({ socketPath: engine.socketPath, config: { ...unheard, sinks } });

  const before = await checkup.run();
  web.remove();
  const told = labelIn(before.todo('label.no_such_sink'));
  engine.container({ name: 'web', labels: told }).start();
  const after = await checkup.run();

  expect(before.get('label.no_such_sink').what).toContain('names "metric"');
  expect(told).toEqual({ 'tallyman.sinks': 'metrics,shelf' });
  expect(before.bad).toEqual(['label.no_such_sink', 'config.sink_unmatched']);
  expect(after.bad).toEqual([]);
});

test('says what labels take away, and nothing of labels where they do not count', async () => {
  await using engine = await new EmbeddedEngine().start();
  engine.container({ name: 'web', labels: { 'tallyman.stats': 'false' } }).start();
  engine.container({ name: 'odd', labels: { 'tallyman.stat': 'false' } }).start();
  const { socketPath } = engine;
  using checkup = new Checkup({ socketPath, config: unheard });

  const heeded = await checkup.run();
  checkup.configure({
    socketPath,
    config: { collect: { ...unheard.collect, label_overrides: false } },
  });
  const ignored = await checkup.run();

  expect(heeded.get('label.overrides')).toMatchObject({
    severity: 'fine',
    where: ['web'],
    what: 'no stats: refused by its label tallyman.stats=false',
  });
  expect(ignored.all.filter(({ code }) => code.startsWith('label.'))).toEqual([]);
});

test('nothing is selected: gone once the selection is corrected', async () => {
  await using engine = await new EmbeddedEngine().start();
  engine.container({ name: 'web' }).start();
  const { socketPath } = engine;
  const select = { include: [{ name: 'wbe-*' }] };
  using checkup = new Checkup({ socketPath, config: { ...unheard, select } });

  const before = await checkup.run();
  checkup.configure({
    socketPath,
    config: { ...unheard, select: { include: [{ name: 'web*' }] } },
  });
  const after = await checkup.run();

  expect(before.get('config.nothing_selected')).toMatchObject({
    severity: 'warning',
    what: 'of 1 container none is collected: not selected: matches no include',
    todo: expect.stringContaining('correct what these reasons name'),
  });
  expect([before.bad, after.bad]).toEqual([['config.nothing_selected'], []]);
});

test('a sink that nothing matches: gone once its match does, or such a container is there', async () => {
  await using engine = await new EmbeddedEngine().start();
  engine.container({ name: 'web' }).start();
  const { socketPath } = engine;
  const sinks = (name: string) => ({
    ...unheard,
    sinks: { all: { type: 'stdout' }, some: { type: 'stdout', match: { include: [{ name }] } } },
  });
  using checkup = new Checkup({ socketPath, config: sinks('db-*') });

  const before = await checkup.run();
  checkup.configure({ socketPath, config: sinks('we*') });
  const corrected = await checkup.run();
  checkup.configure({ socketPath, config: sinks('db-*') });
  engine.container({ name: 'db-1' }).start();
  const there = await checkup.run();

  expect(before.get('config.sink_unmatched')).toMatchObject({
    where: ['some'],
    todo: expect.stringContaining('correct sinks.some.match'),
  });
  expect([before.bad, corrected.bad, there.bad]).toEqual([['config.sink_unmatched'], [], []]);
});

test('a label that is to be carried and that nobody has: gone without it', async () => {
  await using engine = await new EmbeddedEngine().start();
  engine.container({ name: 'web', labels: { 'org.team': 'quay' } }).start();
  const { socketPath } = engine;
  const labels = (...keys: string[]) => ({ collect: { ...unheard.collect, labels: keys } });
  using checkup = new Checkup({ socketPath, config: labels('org.*', 'temu') });

  const before = await checkup.run();
  expect(before.todo('config.label_unseen')).toContain('correct or remove temu');
  checkup.configure({ socketPath, config: labels('org.*') });
  const after = await checkup.run();

  expect([before.bad, after.bad]).toEqual([['config.label_unseen'], []]);
});

const testInRoot = canMakeRoot() ? test : test.skip;

testInRoot(
  'a container that cannot tell which it is: gone with the label of the agent',
  async () => {
    await using engine = await new EmbeddedEngine().start();
    const agent = engine.container({ name: 'agent', memoryLimitBytes: 256 * 1024 ** 2 }).start();
    await using root = await OtherRoot.make();
    // What Docker puts into each container.
    root.run('touch /.dockerenv');
    using checkup = new Checkup({ socketPath: engine.socketPath, config: unheard });

    const before = await checkup.run({ root });
    agent.remove();
    const labels = labelIn(before.todo('agent.unrecognised'));
    engine.container({ name: 'agent', labels, memoryLimitBytes: 256 * 1024 ** 2 }).start();
    const after = await checkup.run({ root });

    expect(labels).toEqual({ 'tallyman.agent': 'true' });
    expect([before.bad, after.bad]).toEqual([['agent.unrecognised'], []]);
    expect(after.get('agent.own_logs')).toMatchObject({ severity: 'fine', where: ['agent'] });
  },
  60_000,
);
