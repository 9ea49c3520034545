import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { HandSink } from '../ship/lane-under-test.ts';
import { until } from '../until.ts';
import { Agent, laneTo } from './agent.ts';

describe('the view of the containers', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  test('says of each which sinks take it, what was read of its log, and its latest sample', async () => {
    const lanes = [
      laneTo('all', new HandSink()),
      { ...laneTo('logs', new HandSink()), kinds: ['log'] as const },
    ];
    await using agent = await Agent.connectedTo(engine, {
      lanes,
      stats: { enabled: true, intervalMs: 50 },
    });
    const web = engine.container({ name: 'web' }).start();
    web.print('stdout', 'one\n').print('stderr', 'three\n');
    const view = () => agent.pipeline.containers().find(({ container }) => container.id === web.id);

    await until(() => view()?.stat !== undefined && view()?.log?.lines === 2);
    const first = view();
    await until(() => view()?.stat?.id !== first?.stat?.id);
    web.print('stdout', 'four\n');
    await until(() => view()?.log?.lines === 3);

    expect(first).toMatchObject({
      container: { name: 'web', status: 'running' },
      sinks: { log: ['all', 'logs'], stat: ['all'], event: ['all'] },
      log: { reader: 'engine', lines: 2, bytes: 8, stderrLines: 1 },
      stat: { kind: 'stat', container: { id: web.id } },
    });
    // Taking the counts for a sample leaves the sums alone.
    expect(view()?.log).toEqual({ reader: 'engine', lines: 3, bytes: 12, stderrLines: 1 });
    expect(agent.pipeline.engine()).toEqual({
      product: agent.engineInfo.product,
      apiVersion: agent.engineInfo.apiVersion,
      isConnected: true,
    });
  });

  test('has no log where none is read, and no sample of what does not run', async () => {
    await using agent = await Agent.connectedTo(engine, {
      stats: { enabled: true, intervalMs: 50 },
    });
    const mute = engine.container({ name: 'mute', driver: 'none' }).start();
    const view = () =>
      agent.pipeline.containers().find(({ container }) => container.id === mute.id);
    await until(() => view()?.stat !== undefined);

    mute.exit(0);
    await until(() => view()?.container.status === 'exited');

    expect(view()).not.toHaveProperty('stat');
    expect(view()).not.toHaveProperty('log');
  });

  test('is not connected while the engine is away', async () => {
    await using agent = await Agent.connectedTo(engine);

    await engine.stop();
    await agent.says('The engine does not answer, trying again.');

    expect(agent.pipeline.engine().isConnected).toBe(false);
  });
});
