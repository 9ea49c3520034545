import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { EmbeddedEngine, type Endpoint } from '@tallyman/testkit/embedded';
import { frame, timeAt } from '../decode/bytes.ts';
import { until } from '../until.ts';
import { Agent } from './agent.ts';
import { recordingOf } from './answers.ts';

describe('a container the engine has trouble with', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  const withStats = { stats: { enabled: true, intervalMs: 50 } };

  test.each<[Endpoint, string]>([
    ['logs', 'answers 500'],
    ['inspect', 'answers 500'],
    ['stats', 'answers 500'],
    ['logs', 'hangs'],
    ['stats', 'hangs'],
    ['logs', 'is reset'],
    ['stats', 'is reset'],
  ])('does not stop the others: %s %s', async (endpoint, how) => {
    const sick = engine.container({ name: 'sick' }).start().print('stdout', 'sick\n');
    const well = engine.container({ name: 'well' }).start().print('stdout', 'well\n');
    const scope = { container: sick.id, times: Number.POSITIVE_INFINITY };
    if (how === 'answers 500') engine.fault(endpoint, { status: 500, message: 'oops', ...scope });
    else engine.fault(endpoint, { connection: how === 'hangs' ? 'hang' : 'reset', ...scope });
    await using agent = await Agent.connectedTo(engine, withStats);

    await agent.reads('well');
    await until(() => agent.stats.some(({ container }) => container.id === well.id));
    well.print('stdout', 'still well\n');
    await agent.reads('still well');

    expect(agent.sayings('The engine does not answer, trying again.')).toEqual([]);
  });

  test('is asked again until its log can be read', async () => {
    engine.container({ name: 'sick' }).start().print('stdout', 'line\n');
    engine.fault('logs', { status: 500, message: 'oops', times: 3 });
    await using agent = await Agent.connectedTo(engine);

    await agent.reads('line');

    expect(agent.lines()).toEqual(['line']);
    expect(agent.pipeline.counters()).toMatchObject({
      log_reconnects: 3,
      log_unread_containers: 0,
    });
  });

  test('and whose description never comes keeps nobody waiting for more than a while', async () => {
    const clock = new VirtualClock(Date.now());
    const sick = engine.container({ name: 'sick' }).start();
    engine.container({ name: 'well' }).start().print('stdout', 'well\n');
    engine.fault('inspect', { connection: 'hang', container: sick.id });
    await using agent = await Agent.startedAt(engine.socketPath, { clock });

    await until(() => engine.requests.some((each) => each.includes(`${sick.id}/json`)));
    await clock.advance(30_000);
    await agent.reads('well');

    expect(agent.lines()).toEqual(['well']);
  });

  test('an error that the engine reports inside a log is no line; what stood before it is read once', async () => {
    const web = engine.container({ name: 'web' }).start();
    const one = frame(1, `${timeAt(1)} one\n`);
    const two = frame(1, `${timeAt(2)} two\n`);
    const error = frame(3, 'Error grabbing logs: disk on fire');
    engine.serve(recordingOf(one, Buffer.concat([two, error])), `/containers/${web.id}/logs`);
    await using agent = await Agent.connectedTo(engine);
    await agent.reads('two');

    engine.serve(
      recordingOf(one, two, frame(1, `${timeAt(3)} three\n`)),
      `/containers/${web.id}/logs`,
    );
    await agent.reads('three');

    expect(agent.lines()).toEqual(['one', 'two', 'three']);
  });
});
