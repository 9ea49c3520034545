import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { until, untilOn } from '../until.ts';
import { Agent } from './agent.ts';
import { recordingOf } from './answers.ts';

// A stream that is open and says nothing.
const silence = { connection: 'hang', afterBytes: 0 } as const;

describe('the inventory', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  const lists = () => paths().filter((path) => path.endsWith('/containers/json')).length;
  const inspections = (id: string) => paths().filter((path) => path.endsWith(`${id}/json`)).length;
  const paths = () =>
    engine.requests.map((each) => new URL(each.split(' ')[1] ?? '', 'http://d').pathname);

  test('subscribes to events before it lists', async () => {
    await using agent = await Agent.connectedTo(engine);

    expect(agent.engineInfo.apiVersion).toBe('1.51');
    expect(paths().filter((path) => /events|containers/.test(path))).toEqual([
      '/v1.51/events',
      '/v1.51/containers/json',
    ]);
  });

  test('learns from events of a container that no list names', async () => {
    engine.serve(recordingOf('[]'), '/containers/json');
    await using agent = await Agent.connectedTo(engine);

    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\n');
    await agent.reads('one');
    web.print('stdout', 'two\n');
    await agent.reads('two');

    expect(agent.lines('web')).toEqual(['one', 'two']);
  });

  test('a list that is still under way hides nothing that begins meanwhile', async () => {
    engine.fault('list', { delayMs: 100 });
    await using agent = await Agent.startedAt(engine.socketPath);
    await until(() => paths().includes('/v1.51/containers/json'));

    engine.container({ name: 'brief' }).start().print('stdout', 'brief\n').exit(0);
    await agent.reads('brief');
    await agent.says('Connected to the engine.');

    expect(agent.lines()).toEqual(['brief']);
    expect(agent.events.map(({ action }) => action)).toEqual(['create', 'start', 'die']);
  });

  test('lists again every 45 s and picks up what events missed', async () => {
    const clock = new VirtualClock(Date.now());
    engine.fault('events', silence);
    await using agent = await Agent.connectedTo(engine, { clock });

    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\n');
    await untilOn(clock, () => agent.lines().length === 1);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(45_000);
    web.rename('shop');
    await untilOn(clock, () => inspections(web.id) === 2);
    await clock.settle();
    web.print('stdout', 'two\n').exit(0);
    await agent.reads('two');

    expect(agent.events).toEqual([]);
    expect(agent.lines()).toEqual(['one', 'two']);
  });

  test('forgets a container of whose removal it was not told', async () => {
    const clock = new VirtualClock(Date.now());
    engine.fault('events', silence);
    const job = engine.container({ name: 'job' });
    await using _agent = await Agent.connectedTo(engine, { clock });

    job.remove();
    await untilOn(clock, () => lists() === 4);

    // When it was first seen, and when it was found missing.
    expect(inspections(job.id)).toBe(2);
  });

  test('events that end at once are asked for again, a little later each time', async () => {
    engine.fault('events', { connection: 'reset', times: 3 });

    await using agent = await Agent.connectedTo(engine);

    const delays = agent
      .sayings('The engine does not answer, trying again.')
      .map(({ fields }) => fields.delayMs);
    expect(delays).toEqual([25, 50, 100]);
  });

  test('a broken event is reported, and the ones behind it are taken', async () => {
    const line = (action: string, nanos: string) =>
      `{"Type":"container","Action":"${action}","Actor":{"ID":"ab","Attributes":{"name":"web"}},"timeNano":${nanos}}\n`;
    engine.serve(recordingOf(`${line('start', '1')}{"Type":"cont\n${line('die', '2')}`), '/events');

    await using agent = await Agent.startedAt(engine.socketPath);
    await until(() => agent.events.some(({ action }) => action === 'die'));

    expect(agent.events.map(({ id }) => id)).toEqual(['ab:v:1:start:0', 'ab:v:2:die:0']);
    expect(agent.pipeline.counters().events_unreadable).toBeGreaterThan(0);
  });
});
