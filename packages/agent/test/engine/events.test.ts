import { expect, test } from '@jest/globals';
import { describeEngine, testImage } from '@tallyman/testkit/docker';
import type { AgentProcess } from '../support/agent-process.ts';
import { agentFor } from '../support/collected.ts';

const everything = { collect: { events: { exclude: [] }, stats: { interval: '1s' } } };

function eventOf(agent: AgentProcess, id: string, action: string) {
  return agent.events.find((event) => event.container?.id === id && event.action === action);
}

describeEngine('events of a real engine', (client) => {
  test('a life is told in order: create, start, rename, pause, unpause, die with its code, destroy', async () => {
    await using agent = await (await agentFor(client(), '{life,new-life}-*')).ready();
    const id = await client().run({
      name: 'life-1',
      command: 'sleep 2; exit 7',
      labels: { team: 'blue' },
    });

    await client().rename(id, 'new-life-1');
    await client().pause(id);
    await client().unpause(id);
    await client().wait(id);
    await client().remove(id);
    await agent.until(() => eventOf(agent, id, 'destroy'), 'its removal is told');
    await agent.stop();

    // A pause is told twice where the engine's watcher notes it late (moby daemon/monitor.go).
    expect([...new Set(agent.actionsOf(id))]).toEqual([
      'create',
      'start',
      'rename',
      'pause',
      'unpause',
      'die',
      'destroy',
    ]);
    expect(eventOf(agent, id, 'die')?.exitCode).toBe(7);
    expect(eventOf(agent, id, 'start')?.container?.name).toBe(client().nameOf('life-1'));
    expect(eventOf(agent, id, 'rename')).toMatchObject({
      container: { name: client().nameOf('new-life-1') },
      attributes: { oldName: `/${client().nameOf('life-1')}` },
    });
    const lived = agent.events.filter(({ container }) => container?.id === id);
    for (const { container, attributes } of lived) {
      expect(container?.image).toBe(testImage);
      expect(attributes.image).toBe(testImage);
      expect(attributes).not.toHaveProperty('team');
    }
    expect(lived.map(({ time }) => time)).toEqual(lived.map(({ time }) => time).toSorted());
  });

  test('a container that takes too much memory is told as oom, then as die with 137', async () => {
    await using agent = await (await agentFor(client(), 'oom-*')).ready();
    const id = await client().run({
      name: 'oom-1',
      command: 'x=$(head -c 60000000 /dev/zero | tr "\\0" x); echo survived',
      hostConfig: { Memory: 8 * 1024 ** 2, MemorySwap: 8 * 1024 ** 2 },
    });

    await agent.until(() => eventOf(agent, id, 'die'), 'its end is told');
    await agent.until(() => eventOf(agent, id, 'oom'), 'the lack of memory is told');
    await agent.stop();

    expect(agent.messagesOf(id)).toEqual([]);
    expect(eventOf(agent, id, 'die')?.exitCode).toBe((await client().inspect(id)).exitCode);
  });

  test('what a health check finds is told, the commands it runs are not', async () => {
    await using agent = await (await agentFor(client(), 'health-*')).ready();
    const id = await client().run({
      name: 'health-1',
      command: 'sleep 600',
      config: {
        Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 200_000_000, Retries: 1 },
      },
    });

    const event = await agent.until(() => eventOf(agent, id, 'health_status'), 'it is healthy');
    await agent.stop();

    expect(event).toMatchObject({ action: 'health_status', attributes: { health: 'healthy' } });
    expect(agent.actionsOf(id).filter((action) => action.startsWith('exec_'))).toEqual([]);
  });

  test('commands run inside are told where nothing is excluded', async () => {
    await using agent = await (await agentFor(client(), 'exec-*', { config: everything })).ready();
    const id = await client().run({ name: 'exec-1', command: 'sleep 600' });

    await client().exec(id, 'exit 3');
    const died = await agent.until(
      () => eventOf(agent, id, 'exec_die'),
      'the command’s end is told',
    );
    await agent.stop();

    expect(agent.actionsOf(id).filter((action) => action.startsWith('exec_'))).toEqual([
      'exec_create',
      'exec_start',
      'exec_die',
    ]);
    expect(died.exitCode).toBe(3);
    expect(eventOf(agent, id, 'exec_create')?.attributes.command).toBe('sh -c exit 3');
  });

  test('the agent’s own calls are no events', async () => {
    await using agent = await (await agentFor(client(), 'quiet-*', { config: everything })).ready();
    const id = await client().run({ name: 'quiet-1', command: 'echo read me; sleep 600' });
    await agent.until(() => agent.logsOf(id).length > 0, 'its log was read');
    await agent.until(() => agent.stats.length > 1, 'it was sampled');

    await client().kill(id);
    await agent.until(() => eventOf(agent, id, 'die'), 'its end is told');
    await agent.stop();

    expect(agent.actionsOf(id)).toEqual(['create', 'start', 'kill', 'die']);
  });
});
