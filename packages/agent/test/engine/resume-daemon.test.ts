import { expect, test } from '@jest/globals';
import { describePrivateEngine } from '@tallyman/testkit/docker';
import { AgentLives, livesLimitMs } from '../support/agent-lives.ts';
import { compared, sound } from '../support/compared.ts';
import { engineLines } from '../support/engine-log.ts';
import { laneOf } from '../support/said.ts';

const counting =
  'i=0; while [ ! -e /enough ]; do i=$((i+1)); echo out $i; echo err $i >&2; usleep 5000; done';

describePrivateEngine(
  'a daemon and an agent that are killed, one while the other is away',
  (engine) => {
    test(
      'no line that the engine logged is lost, and one that was read before a stop in order comes once',
      async () => {
        const { client } = engine();
        await using lives = AgentLives.logsOnly(client, 'both-*');
        await lives.start();
        const id = await client.run({ name: 'both-1', command: counting });
        const lines = (count: number) =>
          lives.until(() => lives.present.logsOf(id).length > count, 'lines arrive');
        await lines(100);

        // The daemon while the agent is away.
        await lives.present.stop();
        await engine().kill();
        await engine().start();
        await lives.start();
        await lines(100);
        const idsSoFar = lives.logsOf(id).map((log) => log.id);

        // The agent while the daemon is away; it comes back first, and waits.
        await engine().kill();
        await lives.kill();
        const last = await lives.launch();
        await last.saying('Waiting for the engine.');
        await engine().start();
        await lines(100);

        await client.exec(id, 'touch /enough');
        await client.wait(id);
        const printed = await engineLines(client, id);
        await lives.until(
          () => new Set(lives.messagesOf(id)).size >= printed.length,
          'all lines have arrived',
        );
        const { exitCode, account } = await lives.present.stop();

        expect(new Set(idsSoFar).size).toBe(idsSoFar.length);
        for (const stream of ['stdout', 'stderr'] as const)
          expect(
            compared(
              lives.messagesOf(id, stream),
              printed.filter((line) => line.stream === stream).map(({ text }) => text),
            ),
          ).toEqual({ ...sound, repeated: expect.anything() });
        expect(lives.events.filter(({ action }) => action === 'gap')).toEqual([]);
        expect(exitCode).toBe(0);
        expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
      },
      livesLimitMs,
    );
  },
  { arguments: ['--live-restore'] },
);
