import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '../../src/embedded/index.ts';
import { actionsOf, ask, open, textOf } from './asking.ts';

const onlyContainers = `filters=${encodeURIComponent('{"type":["container"]}')}`;
const soFar = () => `since=1&until=${Date.now() / 1000 + 0.02}`;

describe('events of the embedded engine', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  test('without since only what happens from now on is told', async () => {
    const web = engine.container({ name: 'web' });
    const events = await open(engine, `/events?${onlyContainers}`);

    web.start();
    await events.has(1);

    expect(JSON.parse(events.received.toString()).Action).toBe('start');
    events.close();
  });

  test('since replays what the ring of 256 still has', async () => {
    const web = engine.container({ name: 'web', network: 'host' }).start();
    for (let turn = 0; turn < 150; turn++) web.pause().unpause();

    const actions = await actionsOf(engine, `/events?${soFar()}`);

    expect(actions).toHaveLength(256);
    expect(actions.at(-1)).toBe('unpause');
  });

  test('until in the past ends the answer at once', async () => {
    engine.container({ name: 'web' });

    expect(await actionsOf(engine, '/events?since=1&until=2')).toEqual([]);
  });

  test('die is told when the log has ended, and the network follows', async () => {
    engine.container({ name: 'web' }).start().exit(3);

    expect(await actionsOf(engine, `/events?${soFar()}`)).toEqual(
      'create connect start die disconnect'.split(' '),
    );
  });

  test('a filter finds an action also by its part before the colon', async () => {
    engine.container({ name: 'web' }).start().exec('sh').becomes('unhealthy');
    const filters = encodeURIComponent('{"event":["exec_create","health_status"]}');

    expect(await actionsOf(engine, `/events?${soFar()}&filters=${filters}`)).toEqual([
      'exec_create: sh',
      'health_status: unhealthy',
    ]);
  });

  test('an unknown filter is refused', async () => {
    const filters = encodeURIComponent('{"colour":["red"]}');

    expect((await ask(engine, `/events?filters=${filters}`)).status).toBe(400);
  });

  test('from API 1.52 on the legacy fields are gone, for who asks with that version', async () => {
    await using newer = await new EmbeddedEngine({ apiVersion: '1.52' }).start();
    newer.container({ name: 'web' });

    const plain = JSON.parse(await textOf(newer, `/events?${soFar()}`));
    const legacy = JSON.parse(await textOf(newer, `/v1.51/events?${soFar()}`));

    expect(Object.keys(plain)).toEqual('Type Action Actor scope time timeNano'.split(' '));
    expect(legacy).toMatchObject({ status: 'create', from: legacy.Actor.Attributes.image });
  });

  test('timeNano keeps all its digits', async () => {
    engine.container({ name: 'web' });

    const [, nanos = ''] =
      /"timeNano":(\d+)\}/.exec(await textOf(engine, `/events?${soFar()}`)) ?? [];

    expect(nanos).toHaveLength(19);
  });
});
