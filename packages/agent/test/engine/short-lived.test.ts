import { expect, test } from '@jest/globals';
import { describeEngine } from '@tallyman/testkit/docker';
import { agentFor } from '../support/collected.ts';
import { engineLines } from '../support/engine-log.ts';

const thousand = Array.from({ length: 1_000 }, (_, index) => `${index + 1}`);

describeEngine('containers that do not live long', (client) => {
  test('ten that print a thousand lines and exit at once lose none, also on a terminal', async () => {
    await using agent = await (await agentFor(client(), 'brief-*')).ready();
    const ids = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        client().run({ name: `brief-${index}`, command: 'seq 1000', tty: index === 0 }),
      ),
    );

    await agent.until(() => agent.logs.length >= 10_000, 'all lines have arrived');
    await agent.stop();

    for (const [index, id] of ids.entries())
      expect(agent.messagesOf(id, index === 0 ? 'console' : 'stdout')).toEqual(thousand);
    expect(agent.logs).toHaveLength(10_000);
  });

  test('one that is removed as it ends is read, or said to be unread', async () => {
    await using agent = await (await agentFor(client(), 'gone-*')).ready();
    const brief = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const name = `gone-${index}`;
        const id = await client().run({ name, command: 'echo so long', autoRemove: true });
        return { id, name: client().nameOf(name) };
      }),
    );
    const unread = () => agent.said('A container was removed before its log was read to the end.');
    const isUnread = (name: string) => unread().some(({ container }) => container === name);

    await agent.until(
      () => brief.every(({ id }) => agent.actionsOf(id).includes('destroy')),
      'all removals are told',
    );
    await agent.until(
      () => brief.every(({ id, name }) => agent.logsOf(id).length > 0 || isUnread(name)),
      'each line has arrived or is said to be unread',
    );
    await agent.stop();

    for (const { id, name } of brief) {
      const warnings = unread().filter(({ container }) => container === name);
      const isRead = agent.logsOf(id).length > 0;
      expect(agent.messagesOf(id)).toEqual(isRead ? ['so long'] : []);
      expect(warnings).toHaveLength(isRead ? 0 : 1);
    }
    expect(agent.said('What was collected.').at(0)?.counts).toMatchObject({
      log_unread_containers: unread().length,
    });
  });

  test('those of 50 ms are seen from start to end, with their line', async () => {
    await using agent = await (await agentFor(client(), 'blink-*')).ready();
    const ids = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        client().run({ name: `blink-${index}`, command: `usleep 50000; echo blink ${index}` }),
      ),
    );

    await agent.until(
      () => ids.every((id) => agent.actionsOf(id).includes('die')),
      'all ends are told',
    );
    await agent.until(() => agent.logs.length >= 6, 'all lines have arrived');
    await agent.stop();

    for (const [index, id] of ids.entries()) {
      expect(agent.actionsOf(id)).toEqual(['create', 'start', 'die']);
      expect(agent.messagesOf(id)).toEqual([`blink ${index}`]);
    }
  });

  test('one that restarts over and over has each run’s lines once', async () => {
    await using agent = await (await agentFor(client(), 'loop-*')).ready();
    const counted = 'n=$(cat /n 2>/dev/null || echo 0); n=$((n+1)); echo $n > /n';
    const id = await client().run({
      name: 'loop-1',
      command: `${counted}; echo begin $n; printf "end $n"; exit 1`,
      hostConfig: { RestartPolicy: { Name: 'always' } },
    });

    await agent.until(() => agent.messagesOf(id).includes('end 5'), 'five runs have arrived');
    await client().stop(id);
    const printed = (await engineLines(client(), id)).map(({ text }) => text);
    await agent.until(() => agent.logsOf(id).length >= printed.length, 'the last run has arrived');
    await agent.stop();

    expect(agent.messagesOf(id)).toEqual(printed);
    expect(printed.slice(0, 4)).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
    expect(agent.actionsOf(id).filter((action) => action === 'die').length).toBeGreaterThan(4);
  });

  test('one that was created and never started has nothing but that event', async () => {
    await using agent = await (
      await agentFor(client(), 'never-*', { config: { collect: { stats: { interval: '1s' } } } })
    ).ready();
    const never = await client().create({ name: 'never-started', command: 'echo never' });
    const other = await client().run({ name: 'never-mind', command: 'echo here; sleep 600' });

    await agent.until(() => agent.stats.length >= 2, 'the other one has two samples');
    await agent.stop();

    expect(agent.messagesOf(other)).toEqual(['here']);
    expect(agent.records.filter(({ container }) => container?.id === never)).toEqual([
      expect.objectContaining({ kind: 'event', action: 'create' }),
    ]);
    const warnings = agent.diagnostics.filter(({ level }) => level !== 'info');
    expect(warnings.map(({ msg }) => msg)).toEqual([]);
  });
});
