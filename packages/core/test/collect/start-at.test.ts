import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Clock, systemClock } from '@tallyman/sdk';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import type { LogSettings } from '../../src/settings.ts';
import { until } from '../until.ts';
import { Agent } from './agent.ts';

const hourMs = 3_600_000;

describe('where reading starts for containers that ran before the agent', () => {
  let engine: EmbeddedEngine;
  let behindMs: number;
  beforeEach(async () => {
    behindMs = 0;
    const clock: Clock = { ...systemClock, now: () => Date.now() - behindMs };
    engine = await new EmbeddedEngine({ clock }).start();
  });
  afterEach(() => engine.close());

  function runningBefore() {
    behindMs = hourMs;
    const web = engine.container({ name: 'web' }).start().print('stdout', 'an hour old\n');
    behindMs = 60_000;
    web.print('stdout', 'a minute old\n');
    return web;
  }

  /** Lets the present begin. */
  function agentStarting(startAt: LogSettings['startAt']): Promise<Agent> {
    behindMs = 0;
    return Agent.connectedTo(engine, { logs: { startAt } });
  }

  test('beginning: with all there is', async () => {
    runningBefore();
    await using agent = await agentStarting('beginning');

    await agent.reads('a minute old');

    expect(agent.lines()).toEqual(['an hour old', 'a minute old']);
  });

  test('ago: with what is no older', async () => {
    runningBefore();
    await using agent = await agentStarting({ agoMs: 600_000 });

    await agent.reads('a minute old');

    expect(agent.lines()).toEqual(['a minute old']);
  });

  test('now: with what comes', async () => {
    const web = runningBefore();
    await using agent = await agentStarting('now');

    await logOpened(web.id);
    web.print('stdout', 'new\n');
    await agent.reads('new');

    expect(agent.lines()).toEqual(['new']);
  });

  test('now: also where the first connection is cut before any line', async () => {
    const web = runningBefore();
    await using agent = await agentStarting('now');

    await logOpened(web.id);
    engine.cutConnections();
    web.print('stdout', 'while cut\n');
    await agent.reads('while cut');

    expect(agent.lines()).toEqual(['while cut']);
  });

  test('now: a container that had stopped is not read until it starts again', async () => {
    const job = runningBefore().exit(0);
    await using agent = await agentStarting('now');

    expect(engine.requests.filter((each) => each.includes('/logs'))).toEqual([]);
    job.start().print('stdout', 'second run\n');
    await agent.reads('second run');

    expect(agent.lines()).toEqual(['second run']);
  });

  test('now: a container that was started after the agent is read from that start', async () => {
    const job = runningBefore().exit(0);
    await using agent = await agentStarting('now');

    job.start().print('stdout', 'second run\n').exit(0);
    await agent.reads('second run');

    expect(agent.lines()).toEqual(['second run']);
  });

  test('beginning: a container that had stopped is read once, to its end', async () => {
    const job = runningBefore().print('stderr', 'unfinished').exit(1);
    await using agent = await agentStarting('beginning');

    await agent.reads('unfinished');
    job.rename('done').emit('update');
    engine.container({ name: 'other' }).start().print('stdout', 'other\n');
    await agent.reads('other');

    expect(agent.lines()).toEqual(['an hour old', 'a minute old', 'unfinished', 'other']);
  });

  async function logOpened(id: string): Promise<void> {
    await until(() => engine.requests.some((each) => each.includes(`${id}/logs`)));
  }
});
