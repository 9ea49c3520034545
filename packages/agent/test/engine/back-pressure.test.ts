import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { describeEngine } from '@tallyman/testkit/docker';
import { agentFor } from '../support/collected.ts';
import { compared, sound } from '../support/compared.ts';
import { isLogged, numbered } from '../support/numbered.ts';
import { laneOf } from '../support/said.ts';
import { until } from '../support/until.ts';

const lines = 30_000;
const padding = 'x'.repeat(180);
// What a pipe holds (pipe(7)).
const pipeBytes = 64 * 1024;

/** What a process has written so far, in bytes (proc(5), `/proc/PID/io`). */
function writtenBy(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

describeEngine('a reader of standard output that takes nothing', (client) => {
  test('blocks no container; when it goes on, everything arrives', async () => {
    await using agent = await agentFor(client(), 'slow-*', {
      stdout: 'stalled',
      config: {
        collect: { stats: { enabled: false } },
        sinks: {
          stdout: { options: { format: 'json' }, queue: { memory: '1MiB', in_flight: '1MiB' } },
        },
      },
    });
    await agent.ready();
    const id = await client().run({
      name: 'slow-1',
      command: `seq 1 ${lines} | sed 's/$/ ${padding}/'; exit 5`,
    });

    const exitCode = await client().wait(id, AbortSignal.timeout(20_000));
    expect(exitCode).toBe(5);
    expect(agent.records).toEqual([]);
    agent.read();
    await agent.until(() => agent.logs.length >= lines, 'all lines have arrived');
    await agent.until(() => agent.events.length > 0, 'its events have arrived');
    const { exitCode: agentExitCode, account } = await agent.stop();

    expect(agentExitCode).toBe(0);
    expect(agent.messagesOf(id)).toEqual(
      Array.from({ length: lines }, (_, index) => `${index + 1} ${padding}`),
    );
    expect(laneOf(account)).toMatchObject({ delivered: agent.records.length, held: 0 });
  });

  test('loses nothing of a log that rotates meanwhile', async () => {
    const text = padding.slice(0, 100);
    const queue = { memory: '1MiB', in_flight: '1MiB', disk: '0MiB' };
    await using agent = await agentFor(client(), 'turned-*', {
      stdout: 'stalled',
      config: {
        collect: { logs: { reader: 'engine' }, stats: { enabled: false } },
        sinks: { stdout: { options: { format: 'json' }, queue } },
      },
    });
    await agent.ready();
    // A file is full every 5,000 lines; ten are, while nothing is read.
    const id = await client().run({
      name: 'turned-1',
      logOptions: { 'max-size': '1m', 'max-file': '30' },
      command: `for i in $(seq 1 12); do seq 1 5000 | sed "s/^/round $i /;s/$/ ${text}/"; sleep 0.7; done; echo end; exec sleep 600`,
    });
    await until(() => isLogged(client(), id, 'end'), 'the engine has all lines');

    agent.read();
    await agent.until(() => agent.messagesOf(id).includes('end'), 'all lines have arrived');
    const { account } = await agent.stop();

    const rounds = Array.from({ length: 12 }, (_, round) =>
      numbered(`round ${round + 1}`, 5_000).map((line) => `${line} ${text}`),
    );
    expect(compared(agent.messagesOf(id), [...rounds.flat(), 'end'])).toEqual(sound);
    expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
  });

  test('a stop while it stalls ends in time and accounts for what is held', async () => {
    await using agent = await agentFor(client(), 'stuck-*', {
      stdout: 'stalled',
      flags: ['--stop-timeout', '4s'],
    });
    await agent.ready();
    const id = await client().run({
      name: 'stuck-1',
      command: `seq 1 ${lines} | sed 's/$/ ${padding}/'`,
    });
    await client().wait(id);
    await agent.until(() => writtenBy(agent.pid) >= pipeBytes, 'the pipe is full');

    const startedMs = performance.now();
    const { exitCode, account } = await agent.stop();

    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(exitCode).toBe(0);
    expect(laneOf(account).held).toBeGreaterThan(0);
  });
});

describeEngine('a reader of standard output that goes away', (client) => {
  test('ends the agent with 0 and the account', async () => {
    await using agent = await (await agentFor(client(), 'head-*')).ready();
    const id = await client().run({
      name: 'head-1',
      command: 'while :; do echo more; usleep 10000; done',
    });
    await agent.until(() => agent.logsOf(id).length > 3, 'lines arrive');

    agent.closeStdout();
    const { exitCode, account } = await agent.ended();

    expect(exitCode).toBe(0);
    expect(agent.said('The reader of standard output is gone, stopping.')).toHaveLength(1);
    expect(laneOf(account).delivered).toBeGreaterThan(3);
    expect(await client().inspect(id)).toMatchObject({ running: true });
  });
});
