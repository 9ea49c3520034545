import { expect, test } from '@jest/globals';
import { describePrivateEngine } from '@tallyman/testkit/docker';
import { AgentProcess } from '../support/agent-process.ts';
import { compared, sound } from '../support/compared.ts';
import { idle, print } from '../support/numbered.ts';
import { laneOf } from '../support/said.ts';
import { SocketProxy } from '../support/socket-proxy.ts';

const testLimitMs = 120_000;
const patienceMs = 60_000;

// An engine of its own: on a shared one events of others would keep that stream from falling silent.
describePrivateEngine(
  'behind a proxy that lets reading through and cuts what is silent',
  (engine) => {
    test(
      'everything arrives once, in order, over cuts and restarts',
      async () => {
        const { client } = engine();
        await using proxy = await SocketProxy.start({
          socketPath: client.socketPath,
          silenceMs: 1_500,
        });
        await using agent = await AgentProcess.start({
          config: {
            engine: { host: `tcp://127.0.0.1:${proxy.port}` },
            collect: { stats: { interval: '1s' } },
          },
        });
        await agent.ready();
        const cuts = (path: string) => proxy.cut.filter((cut) => cut === path).length;
        const [quiet, again] = [
          await client.run({ name: 'quiet', command: idle }),
          await client.run({ name: 'again', command: 'seq 1 50; exec sleep 600' }),
        ];
        const printed = await print(client, quiet, 'before', 100);
        await agent.until(
          () => cuts(`/containers/${quiet}/logs`) >= 2 && cuts('/events') >= 2,
          'both kinds of streams were cut twice',
          patienceMs,
        );
        // Unless the agent has a stream open again just now, this is printed while it has none.
        printed.push(...(await print(client, quiet, 'after', 100)));
        await client.restart(again, 0);
        const brief = await client.run({ name: 'brief', command: 'seq 1 50; exit 3' });
        await client.wait(brief);
        await agent.until(
          () =>
            agent.logsOf(quiet).length >= 200 &&
            agent.logsOf(again).length >= 100 &&
            agent.logsOf(brief).length >= 50 &&
            agent.actionsOf(brief).includes('die') &&
            agent.stats.filter(({ container }) => container.id === again).length >= 3,
          'logs, stats and events of all of them are there',
          patienceMs,
        );
        const { exitCode, account } = await agent.stop();

        const once = Array.from({ length: 50 }, (_, index) => `${index + 1}`);
        expect(compared(agent.messagesOf(quiet), printed)).toEqual(sound);
        expect(agent.messagesOf(again)).toEqual([...once, ...once]);
        expect(agent.messagesOf(brief)).toEqual(once);
        expect(agent.actionsOf(quiet)).toEqual(['create', 'start']);
        expect(agent.actionsOf(again)).toEqual(
          expect.arrayContaining(['create', 'die', 'restart']),
        );
        expect(agent.actionsOf(brief)).toEqual(['create', 'start', 'die']);
        const ids = agent.records.map(({ id }) => id);
        expect(ids).toEqual([...new Set(ids)]);
        expect(proxy.refused).toEqual([]);
        expect(exitCode).toBe(0);
        expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
      },
      testLimitMs,
    );
  },
);
