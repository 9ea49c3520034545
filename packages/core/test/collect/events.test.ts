import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { until } from '../until.ts';
import { Agent } from './agent.ts';

describe('events of containers', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  const actions = (agent: Agent) => agent.events.map(({ action }) => action);

  test('a whole life is told in order, without what concerns networks', async () => {
    await using agent = await Agent.connectedTo(engine, { logs: { enabled: false } });

    const web = engine.container({ name: 'web', healthCheck: true }).start();
    web.becomes('healthy').pause().unpause().exec('ls -l: /tmp', 3).oom().remove();
    await until(() => actions(agent).includes('destroy'));

    expect(actions(agent).join(' ')).toBe(
      'create start health_status pause unpause exec_create exec_start exec_die oom die destroy',
    );
    expect(agent.events.find(({ action }) => action === 'exec_create')?.attributes).toMatchObject({
      command: 'ls -l: /tmp',
    });
    expect(agent.events.find(({ action }) => action === 'die')).toMatchObject({
      exitCode: 137,
      host: 'quay',
      container: { id: web.id, name: 'web', image: 'tallyman-test/busybox:latest' },
    });
  });

  test('excluded actions are left out, and heeded all the same', async () => {
    const exclude = ['exec_*', '{create,start}'];
    await using agent = await Agent.connectedTo(engine, { events: { exclude } });

    const web = engine.container({ name: 'web' }).start().exec('true').print('stdout', 'line\n');
    await agent.reads('line');
    web.exit(0);
    await until(() => actions(agent).includes('die'));

    expect(actions(agent)).toEqual(['die']);
  });

  test('switched off, there are none; containers are found all the same', async () => {
    await using agent = await Agent.connectedTo(engine, { events: { enabled: false } });

    engine.container({ name: 'web' }).start().print('stdout', 'line\n');
    await agent.reads('line');

    expect(agent.events).toEqual([]);
  });

  test('an event carries the name of its moment, where a rename followed', async () => {
    await using agent = await Agent.connectedTo(engine, { logs: { enabled: false } });

    engine.container({ name: 'web' }).start().rename('shop').exit(0);
    await until(() => actions(agent).includes('die'));

    expect(agent.events.map(({ action, container }) => `${container?.name} ${action}`)).toEqual([
      'web create',
      'web start',
      'shop rename',
      'shop die',
    ]);
  });

  test('of a container that is gone, labels still decide where they go', async () => {
    const settings = {
      select: { mode: 'all', include: [], exclude: [{ label: 'team=qa' }] },
    } as const;
    await using agent = await Agent.connectedTo(engine, { settings });

    const labels = { team: 'qa' };
    engine.container({ name: 'theirs', labels, autoRemove: true }).start().exit(0);
    engine.container({ name: 'ours', autoRemove: true }).start().exit(0);
    await until(() => actions(agent).includes('destroy'));

    expect(new Set(agent.events.map(({ container }) => container?.name))).toEqual(
      new Set(['ours']),
    );
  });

  test('the same action in the same nanosecond is two events', async () => {
    await using agent = await Agent.connectedTo(engine, { logs: { enabled: false } });
    const web = engine.container({ name: 'web' }).start();

    web.exec('a').exec('a');
    await until(() => actions(agent).filter((action) => action === 'exec_die').length === 2);

    expect(new Set(agent.events.map(({ id }) => id)).size).toBe(agent.events.length);
  });

  test.each(['1.51', '1.52'])('are the same in API %s', async (apiVersion) => {
    await using other = await new EmbeddedEngine({ apiVersion }).start();
    await using agent = await Agent.connectedTo(other);

    other
      .container({ name: 'web', labels: { team: 'qa' } })
      .start()
      .exit(7);
    await until(() => actions(agent).includes('die'));

    expect(
      agent.events.map(({ action, attributes, exitCode }) => [action, attributes, exitCode]),
    ).toEqual([
      ['create', { image: 'tallyman-test/busybox:latest', name: 'web' }, undefined],
      ['start', { image: 'tallyman-test/busybox:latest', name: 'web' }, undefined],
      ['die', expect.objectContaining({ exitCode: '7', name: 'web' }), 7],
    ]);
  });
});

describe('the agent’s own container', () => {
  test.each([
    ['by its id', {}],
    ['by its label', { 'tallyman.agent': 'true' }],
  ])('gives neither logs nor events, but stats: known %s', async (_, labels) => {
    await using engine = await new EmbeddedEngine().start();
    const own = engine.container({ name: 'tallyman', labels }).start();
    const settings = 'tallyman.agent' in labels ? {} : { ownContainerId: own.id };
    const stats = { enabled: true, intervalMs: 20 };
    await using agent = await Agent.connectedTo(engine, { stats, settings });

    own.print('stderr', 'Delivery failed, retrying.\n').rename('tallyman-2');
    engine.container({ name: 'web' }).start().print('stdout', 'line\n');
    await agent.reads('line');
    await until(() => agent.stats.some(({ container }) => container.id === own.id));

    const ofOwn = agent.records.filter(({ container }) => container?.id === own.id);
    expect(new Set(ofOwn.map(({ kind }) => kind))).toEqual(new Set(['stat']));
    expect(engine.requests.filter((each) => each.includes(`${own.id}/logs`))).toEqual([]);
  });
});
