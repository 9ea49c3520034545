import { expect, test } from '@jest/globals';
import { describeEngine } from '@tallyman/testkit/docker';
import { agentFor } from '../support/collected.ts';

const unreadable =
  'The log driver of a container cannot be read, its logs are not collected; give it a readable one such as json-file or local.';

describeEngine('log drivers', (client) => {
  test('a container without a log is warned about once, and still has stats and events', async () => {
    await using agent = await (
      await agentFor(client(), 'none-*', { config: { collect: { stats: { interval: '1s' } } } })
    ).ready();
    const id = await client().run({
      name: 'none-1',
      command: 'echo lost; sleep 600',
      logDriver: 'none',
    });
    await agent.saying(unreadable);

    await client().restart(id, 0);
    await agent.until(
      () => agent.actionsOf(id).filter((action) => action === 'start').length === 2,
      'its restart is told',
    );
    const before = agent.stats.length;
    await agent.until(() => agent.stats.length >= before + 2, 'it is sampled after that');
    await agent.stop();

    expect(agent.said(unreadable)).toEqual([
      expect.objectContaining({
        level: 'warn',
        container: client().nameOf('none-1'),
        logDriver: 'none',
      }),
    ]);
    expect(agent.logs).toEqual([]);
  });

  test('the local driver is read as the json file is', async () => {
    await using agent = await (await agentFor(client(), 'local-*')).ready();
    const id = await client().run({
      name: 'local-1',
      command: 'echo; for i in 1 2 3; do echo out $i; echo err $i >&2; done; printf end',
      logDriver: 'local',
    });

    await agent.until(() => agent.messagesOf(id).includes('end'), 'its last line has arrived');
    await agent.until(() => agent.logsOf(id).length >= 8, 'all lines have arrived');
    await agent.stop();

    expect(agent.messagesOf(id, 'stdout')).toEqual(['', 'out 1', 'out 2', 'out 3', 'end']);
    expect(agent.messagesOf(id, 'stderr')).toEqual(['err 1', 'err 2', 'err 3']);
  });
});
