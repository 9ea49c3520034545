import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { describePrivateEngine } from '@tallyman/testkit/docker';
import type { AgentProcess } from '../support/agent-process.ts';
import { agentFor } from '../support/collected.ts';
import { engineLines } from '../support/engine-log.ts';
import { laneOf } from '../support/said.ts';

// Which run and which line, so that a repeat, a gap and a mixture can be told from each other.
const counting =
  'n=$(cat /n 2>/dev/null || echo 0); n=$((n+1)); echo $n > /n; i=0; while :; do echo run $n line $i; i=$((i+1)); usleep 5000; done';
const always = { RestartPolicy: { Name: 'always' } };
const wholeLine = /^run \d+ line \d+$/;

/** Stops the agent and says whether no record came twice and each was delivered. */
async function stopped(agent: AgentProcess) {
  const { exitCode, account } = await agent.stop();
  const ids = agent.records.map(({ id }) => id);
  const isDelivered = laneOf(account).delivered === ids.length;
  return { exitCode, isDelivered, repeated: ids.filter((id, at) => ids.indexOf(id) !== at) };
}
const soundEnd = { exitCode: 0, isDelivered: true, repeated: [] };

describePrivateEngine('a daemon that is stopped and started', (engine) => {
  test('collection goes on by itself, each line of the containers that come back once', async () => {
    await using agent = await (await agentFor(engine().client, 'back-*')).ready();
    const ids = await Promise.all(
      ['a', 'b'].map((name) =>
        engine().client.run({ name: `back-${name}`, command: counting, hostConfig: always }),
      ),
    );
    await agent.until(() => ids.every((id) => agent.logsOf(id).length > 50), 'lines arrive');

    await engine().restart();
    await agent.until(
      () => ids.every((id) => agent.messagesOf(id).some((line) => line.startsWith('run 2'))),
      'lines of the second run arrive',
    );
    await Promise.all(ids.map((id) => engine().client.kill(id)));
    const printed = await Promise.all(ids.map((id) => engineLines(engine().client, id)));
    await agent.until(
      () => ids.every((id, at) => agent.logsOf(id).length >= (printed[at]?.length ?? 0)),
      'all lines have arrived',
    );
    const end = await stopped(agent);

    for (const [at, id] of ids.entries())
      expect(agent.logsOf(id).map(({ time, message }) => [time, message])).toEqual(
        printed[at]?.map(({ time, text }) => [time, text]),
      );
    expect(end).toEqual(soundEnd);
    expect(agent.said('The engine does not answer, trying again.').length).toBeGreaterThan(0);
  });

  test('an agent that was there before the daemon says that it waits, then collects', async () => {
    await engine().stop();
    await using agent = await agentFor(engine().client, 'later-*');
    const waiting = await agent.saying('Waiting for the engine.');

    await engine().start();
    await agent.ready();
    const id = await engine().client.run({ name: 'later-1', command: 'echo at last' });
    await agent.until(() => agent.logsOf(id).length > 0, 'its line has arrived');
    const end = await stopped(agent);

    expect(waiting.advice).toMatch(/Start Docker/);
    expect(agent.messagesOf(id)).toEqual(['at last']);
    expect(end).toEqual(soundEnd);
  });
});

describePrivateEngine(
  'a daemon that is killed under containers that live on',
  (engine) => {
    test('no line that it logged is lost, none comes twice', async () => {
      await using agent = await (await agentFor(engine().client, 'live-*')).ready();
      const id = await engine().client.run({
        name: 'live-1',
        command: counting,
        hostConfig: always,
      });
      await agent.until(() => agent.logsOf(id).length > 50, 'lines arrive');

      for (let kill = 0; kill < 2; kill++) {
        await engine().kill();
        const before = agent.logsOf(id).length;
        await engine().start();
        await agent.until(() => agent.logsOf(id).length > before + 50, 'lines arrive again');
      }
      await engine().client.kill(id);
      const printed = await engineLines(engine().client, id);
      await agent.until(() => agent.logsOf(id).length >= printed.length, 'all lines have arrived');
      const end = await stopped(agent);

      expect(agent.logsOf(id).map(({ time, message }) => [time, message])).toEqual(
        printed.map(({ time, text }) => [time, text]),
      );
      expect(agent.messagesOf(id).filter((line) => !wholeLine.test(line))).toEqual([]);
      expect(end).toEqual(soundEnd);
    });

    test.each([
      ['in the middle of an entry', (path: string) => cutLastEntry(path)],
      ['leaving zeros at its end', (path: string) => cutLastEntry(path, Buffer.alloc(40))],
    ])(
      'a log that the crash cut %s is read on behind the damage, and gives no line that was not printed',
      async (how, cut) => {
        await using agent = await (
          await agentFor(engine().client, 'cut-*', {
            config: { collect: { logs: { start_at: 'beginning' } } },
          })
        ).ready();
        const id = await engine().client.run({
          name: `cut-${how.length}`,
          command: counting,
          hostConfig: always,
        });
        await agent.until(() => agent.logsOf(id).length > 20, 'lines arrive');
        const { logPath } = await engine().client.inspect(id);

        await engine().kill();
        cut(logPath);
        await engine().start();
        await engine().client.restart(id, 0);
        const other = await engine().client.run({
          name: `cut-${how.length}-other`,
          command: 'echo on',
        });
        await agent.until(() => agent.logsOf(other).length > 0, 'other containers are collected');
        await agent.until(
          () => agent.messagesOf(id).some((line) => line.startsWith('run 2')),
          'lines behind the damage arrive',
        );
        const end = await stopped(agent);

        const messages = agent.messagesOf(id);
        expect(messages.filter((line) => !wholeLine.test(line))).toEqual([]);
        expect(messages).toEqual(messages.toSorted(byRunAndLine));
        expect(new Set(messages).size).toBe(messages.length);
        expect(end).toEqual(soundEnd);
      },
    );
  },
  { arguments: ['--live-restore'] },
);

function byRunAndLine(a: string, b: string): number {
  const numbers = (line: string) => line.split(' ').map(Number).filter(Number.isInteger);
  const [runA = 0, lineA = 0] = numbers(a);
  const [runB = 0, lineB = 0] = numbers(b);
  return runA - runB || lineA - lineB;
}

/** Leaves half of the log's last entry, and `rest` behind it. */
function cutLastEntry(path: string, rest = Buffer.alloc(0)): void {
  const log = readFileSync(path);
  const lastStart = log.lastIndexOf(0x0a, log.length - 2) + 1;
  const half = lastStart + Math.floor((log.length - lastStart) / 2);
  truncateSync(path, half);
  writeFileSync(path, rest, { flag: 'a' });
}
