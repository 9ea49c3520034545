import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { until, untilOn } from '../until.ts';
import { Agent } from './agent.ts';

const connected = 'Connected to the engine.';

describe('an engine that goes away', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  test.each(['nothing', 'socket'] as const)(
    'is waited for where it is down at the start (%s left)',
    async (leave) => {
      engine.container({ name: 'web' }).start().print('stdout', 'line\n');
      await engine.stop({ leave });
      const starting = Agent.startedAt(engine.socketPath);

      await engine.start();
      await using agent = await starting;
      await agent.reads('line');

      expect(agent.sayings('Waiting for the engine.')[0]).toMatchObject({
        level: 'warn',
        fields: { advice: 'start it', delayMs: 50 },
      });
    },
  );

  test('loses and repeats no line and no event over a restart of the daemon', async () => {
    const web = engine.container({ name: 'web' }).start().print('stdout', 'before\n');
    await using agent = await Agent.connectedTo(engine);
    await agent.reads('before');

    await engine.stop();
    web.print('stdout', 'while down\n').rename('shop');
    const late = engine.container({ name: 'late' }).start().print('stdout', 'late\n').exit(0);
    await engine.start();
    await agent.says(connected, 2);
    web.print('stdout', 'after\n');
    await agent.reads('after');
    await agent.reads('late');

    expect(agent.lines('web').concat(agent.lines('shop'))).toEqual([
      'before',
      'while down',
      'after',
    ]);
    expect(agent.lines('late')).toEqual(['late']);
    // How the first container began is, within milliseconds, before or after the agent's own start.
    const told = agent.events.map(({ container, action }) => [container?.id, action]);
    expect(told.slice(told.findIndex(([, action]) => action === 'rename'))).toEqual([
      [web.id, 'rename'],
      [late.id, 'create'],
      [late.id, 'start'],
      [late.id, 'die'],
    ]);
    expect(agent.pipeline.counters()).toMatchObject({ engine_outages: 1, log_gaps: 0 });
  });

  test('finds out what happened where the daemon has forgotten its events', async () => {
    await using agent = await Agent.connectedTo(engine);
    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\n');
    await agent.reads('one');

    web.print('stdout', 'two\n').exit(0);
    await engine.stop({ keep: 'containers' });
    const young = engine.container({ name: 'young' }).start().print('stdout', 'young\n');
    await engine.stop({ keep: 'containers' });
    await engine.start();
    await agent.reads('young');
    web.start().print('stdout', 'three\n');
    young.print('stdout', 'older\n');
    await agent.reads('three');
    await agent.reads('older');

    expect(agent.lines('web')).toEqual(['one', 'two', 'three']);
    expect(agent.lines('young')).toEqual(['young', 'older']);
  });

  test('and comes back without its containers is no reason to stop', async () => {
    engine.container({ name: 'web' }).start().print('stdout', 'one\n');
    await using agent = await Agent.connectedTo(engine);
    await agent.reads('one');

    await engine.stop({ keep: 'nothing' });
    await engine.start();
    await agent.says(connected, 2);
    engine.container({ name: 'new' }).start().print('stdout', 'two\n');
    await agent.reads('two');

    expect(agent.lines()).toEqual(['one', 'two']);
  });

  test('has its connections waited for together, not one by one', async () => {
    for (const name of ['a', 'b', 'c', 'd']) engine.container({ name }).start();
    await using agent = await Agent.connectedTo(engine);
    await until(() => engine.requests.filter((each) => each.includes('/logs')).length === 4);

    await engine.stop();
    await agent.says('The engine does not answer, trying again.', 3);
    await engine.start();
    await agent.says(connected, 2);
    await until(() => engine.requests.filter((each) => each.includes('/logs')).length === 8);

    // At most one failed attempt each before the outage was known.
    expect(agent.pipeline.counters().log_reconnects).toBeLessThanOrEqual(8);
  });

  test('cuts connections in the middle of lines: each line arrives once all the same', async () => {
    const web = engine.container({ name: 'web' }).start();
    const wanted = Array.from({ length: 30 }, (_, n) => `line ${n} ${'.'.repeat(n * 7)}`);
    for (const [n, line] of wanted.entries())
      web.print(n % 3 === 0 ? 'stderr' : 'stdout', `${line}\n`);
    // Ever further into the answer: in headers, times and lines.
    for (let cutAt = 1; cutAt < 3_000; cutAt += 137)
      engine.fault('logs', { connection: 'reset', afterBytes: cutAt });
    const clock = new VirtualClock(Date.now());
    await using agent = await Agent.connectedTo(engine, { clock });

    web.print('stdout', 'end\n');
    await untilOn(clock, () => agent.lines().includes('end'));

    expect(agent.lines()).toEqual([...wanted, 'end']);
  });

  test('cuts a terminal in the middle of a long line', async () => {
    const lines = ['a', 'b'.repeat(40_000), 'c'];
    const shell = engine.container({ name: 'shell', tty: true }).start();
    shell.print('stdout', `${lines.join('\n')}\n`);
    for (const cutAt of [10, 20_000, 33_000, 40_100])
      engine.fault('logs', { connection: 'reset', afterBytes: cutAt });
    await using agent = await Agent.connectedTo(engine);

    shell.print('stdout', 'end\n');
    await agent.reads('end');

    expect(agent.lines()).toEqual([...lines, 'end']);
  });

  test('stalls and goes on: nothing is lost', async () => {
    const web = engine.container({ name: 'web' }).start().print('stdout', 'before\n');
    await using agent = await Agent.connectedTo(engine);
    await agent.reads('before');

    engine.stall();
    web.print('stdout', 'during\n').rename('shop').exit(0);
    engine.resume();
    await agent.reads('during');

    expect(agent.lines()).toEqual(['before', 'during']);
  });
});
