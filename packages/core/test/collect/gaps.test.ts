import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Clock, type ContainerRecord, systemClock } from '@tallyman/sdk';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { until } from '../until.ts';
import { Agent } from './agent.ts';

describe('a log whose lines are gone before they could be read', () => {
  let engine: EmbeddedEngine;
  let aheadMs: number;
  beforeEach(async () => {
    aheadMs = -60_000;
    const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };
    engine = await new EmbeddedEngine({ clock }).start();
  });
  afterEach(() => engine.close());

  test('is read on, with a gap that is counted, said and sent', async () => {
    const web = engine.container({ name: 'web' }).start();
    aheadMs = 0;
    await using agent = await Agent.connectedTo(engine);
    web.print('stdout', 'one\n');
    await agent.reads('one');
    const tapped: ContainerRecord[] = [];
    agent.pipeline.tap(({ records }) => void tapped.push(...records));

    await engine.stop();
    aheadMs = 60_000;
    web.print('stdout', 'lost\n').print('stdout', 'two\nthree\n');
    web.log.rotate(2);
    await engine.start();
    await agent.reads('three');
    await until(() => agent.events.length > 0);

    expect(agent.lines()).toEqual(['one', 'two', 'three']);
    expect(agent.pipeline.counters().log_gaps).toBe(1);
    expect(agent.events).toEqual([
      expect.objectContaining({
        action: 'gap',
        container: expect.objectContaining({ name: 'web' }),
      }),
    ]);
    expect(tapped.filter(({ kind }) => kind === 'event')).toEqual(agent.events);
    expect(agent.sayings('Lines may be missing from a log.')).toHaveLength(1);
  });

  test('is read on also where its container has stopped meanwhile', async () => {
    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\n');
    await using agent = await Agent.connectedTo(engine);
    await agent.reads('one');

    await engine.stop();
    aheadMs = 60_000;
    web.print('stdout', 'lost\n').print('stdout', 'two\nunfinished').exit(1);
    web.log.rotate(2);
    await engine.start();
    await agent.reads('unfinished');

    expect(agent.lines()).toEqual(['one', 'two', 'unfinished']);
    expect(agent.pipeline.counters().log_gaps).toBe(1);
  });
});
