import { expect, test } from '@jest/globals';
import { describeEngine } from '@tallyman/testkit/docker';
import { agentFor } from '../support/collected.ts';
import { engineLines } from '../support/engine-log.ts';

const counting = 'i=0; while :; do echo $i; i=$((i+1)); usleep 20000; done';
const upTo = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

describeEngine('containers that ran before the agent', (client) => {
  test('by default only what they print from now on is read, without a gap', async () => {
    const id = await client().run({ name: 'now-1', command: counting });
    const before = await printedLines(id, 10);

    await using agent = await (await agentFor(client(), 'now-*')).ready();
    await agent.until(() => agent.logsOf(id).length >= 20, 'new lines have arrived');
    await agent.stop();

    const [first = 0, ...others] = agent.messagesOf(id).map(Number);
    expect(first).toBeGreaterThanOrEqual(before);
    expect(others).toEqual(others.map((_, index) => first + 1 + index));
  });

  test('with start_at: beginning all of their lines are read', async () => {
    const id = await client().run({ name: 'all-1', command: counting });
    const ended = await client().run({ name: 'all-ended', command: 'echo long ago' });
    await client().wait(ended);
    const before = await printedLines(id, 10);

    await using agent = await agentFor(client(), 'all-*', {
      config: { collect: { logs: { start_at: 'beginning' } } },
    });
    await agent.until(() => agent.logsOf(id).length >= before + 20, 'old and new lines arrived');
    await agent.until(() => agent.logsOf(ended).length > 0, 'the ended one’s line has arrived');
    await agent.stop();

    expect(agent.messagesOf(id)).toEqual(upTo(agent.logsOf(id).length));
    expect(agent.messagesOf(ended)).toEqual(['long ago']);
  });

  test('one that ended before the agent is not read by default, and is when it starts again', async () => {
    const id = await client().run({ name: 'again-1', command: 'echo run; printf end' });
    await client().wait(id);
    await using agent = await (await agentFor(client(), 'again-*')).ready();

    await client().start(id);
    await agent.until(() => agent.messagesOf(id).includes('end'), 'its second run has arrived');
    await agent.stop();

    const { startedAt } = await client().inspect(id);
    expect(agent.messagesOf(id)).toEqual(['run', 'end']);
    expect(agent.logsOf(id).every(({ time }) => time.slice(0, 19) >= startedAt.slice(0, 19))).toBe(
      true,
    );
  });

  /** Waits until the container has printed so many lines, and says how many there are. */
  async function printedLines(id: string, least: number): Promise<number> {
    for (;;) {
      const { length } = await engineLines(client(), id);
      if (length >= least) return length;
    }
  }
});
