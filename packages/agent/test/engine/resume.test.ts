import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeEngine } from '@tallyman/testkit/docker';
import { AgentLives, livesLimitMs } from '../support/agent-lives.ts';
import { compared, sound } from '../support/compared.ts';
import { engineLines } from '../support/engine-log.ts';
import { idle, isLogged, numbered, print } from '../support/numbered.ts';
import { laneOf } from '../support/said.ts';
import { until } from '../support/until.ts';

const unread = 'A container was removed before its log was read to the end.';

describeEngine('an agent that was away', (client) => {
  test(
    'reads what was printed meanwhile once: by a container that runs on, that ended, that came and went, that was started again',
    async () => {
      await using lives = AgentLives.logsOnly(client(), 'away-*');
      await lives.start();
      const [on, ended, again] = await Promise.all([
        client().run({ name: 'away-on', command: idle }),
        client().run({ name: 'away-ended', command: idle }),
        client().run({
          name: 'away-again',
          command:
            'n=$(cat /n 2>/dev/null || echo 0); echo $((n+1)) > /n; seq 1 200 | sed "s/^/run $n /"; exec sleep 600',
        }),
      ]);
      const before = await print(client(), on, 'before', 500);
      await lives.until(
        () => lives.logsOf(on).length === 500 && lives.logsOf(again).length === 200,
        'lines arrive',
      );
      await lives.present.stop();

      const during = await print(client(), on, 'during', 100_000);
      const last = await print(client(), ended, 'last', 1_000);
      await client().stop(ended);
      const brief = await client().run({
        name: 'away-brief',
        command: 'seq 1 300; seq 301 600 >&2',
      });
      await client().wait(brief);
      await client().restart(again, 0);
      await until(() => isLogged(client(), on, ' 100000'), 'the engine has all lines');
      await lives.start();
      await lives.until(
        () =>
          lives.logsOf(on).length >= before.length + during.length &&
          lives.logsOf(ended).length >= last.length &&
          lives.logsOf(brief).length >= 600 &&
          lives.logsOf(again).length >= 400,
        'all lines have arrived',
      );
      const { exitCode, account } = await lives.present.stop();

      expect(compared(lives.messagesOf(on), [...before, ...during])).toEqual(sound);
      expect(compared(lives.messagesOf(ended), last)).toEqual(sound);
      expect(
        compared(lives.messagesOf(again), [...numbered('run 0', 200), ...numbered('run 1', 200)]),
      ).toEqual(sound);
      expect(lives.messagesOf(brief, 'stdout')).toEqual(
        Array.from({ length: 300 }, (_, at) => `${at + 1}`),
      );
      expect(lives.messagesOf(brief, 'stderr')).toEqual(
        Array.from({ length: 300 }, (_, at) => `${at + 301}`),
      );
      expect(lives.events.filter(({ action }) => action === 'gap')).toEqual([]);
      expect(exitCode).toBe(0);
      expect(laneOf(account)).toMatchObject({
        delivered: lives.present.records.length,
        dropped: {},
        held: 0,
      });
    },
    livesLimitMs,
  );

  test(
    'says which container was removed before its log was read, and is silent of one that was read to its end',
    async () => {
      await using lives = AgentLives.logsOnly(client(), 'gone-*');
      await lives.start();
      const running = await client().run({ name: 'gone-running', command: idle });
      const done = await client().run({ name: 'gone-done', command: 'seq 1 50' });
      await print(client(), running, 'line', 50);
      await lives.until(
        () => lives.logsOf(running).length === 50 && lives.logsOf(done).length === 50,
        'lines arrive',
      );
      const saved = join(lives.folder, 'state', 'lanes', 'stdout', 'positions.json');
      await lives.until(() => readFileSync(saved, 'utf8').includes('"ended"'), 'its end is known');
      await lives.present.stop();

      await print(client(), running, 'unread', 50);
      await client().remove(running);
      await client().remove(done);
      await lives.start();
      await lives.present.saying(unread);
      await lives.until(() => lives.present.events.length > 0, 'the gap has arrived');
      await lives.present.stop();

      const [counted] = lives.present.said('What was collected.');
      expect(lives.present.said(unread)).toEqual([
        expect.objectContaining({ level: 'warn', container: client().nameOf('gone-running') }),
      ]);
      expect(counted?.counts).toMatchObject({ log_unread_containers: 1, log_gaps: 0 });
      expect(lives.present.events).toEqual([
        expect.objectContaining({
          action: 'gap',
          container: expect.objectContaining({
            id: running,
            name: client().nameOf('gone-running'),
          }),
          attributes: { reason: 'the container was removed before its log was read to the end' },
        }),
      ]);
    },
    livesLimitMs,
  );

  test(
    'is silent of containers that were removed while it was there, and read to their end',
    async () => {
      await using lives = AgentLives.logsOnly(client(), 'seen-*');
      await lives.start();
      const forced = await client().run({ name: 'seen-forced', command: idle });
      const job = { command: 'seq 1 50; sleep 1', autoRemove: true };
      const removed = [forced, await client().run({ name: 'seen-job', ...job })];
      await print(client(), forced, 'line', 50);
      await lives.until(() => removed.every((id) => lives.logsOf(id).length === 50), 'lines came');
      await client().remove(forced);
      const { present } = lives;
      await lives.until(
        () => removed.every((id) => present.actionsOf(id).includes('destroy')),
        'their end is told',
      );
      await present.stop();

      await lives.start();
      await lives.present.stop();

      const [counted] = lives.present.said('What was collected.');
      expect([present, lives.present].flatMap((life) => life.said(unread))).toEqual([]);
      expect(lives.present.events).toEqual([]);
      expect(counted?.counts).toMatchObject({ log_unread_containers: 0, log_gaps: 0 });
    },
    livesLimitMs,
  );

  test(
    'reads what rotation left of a log, and says that there is a gap',
    async () => {
      await using lives = AgentLives.logsOnly(client(), 'rotated-*');
      await lives.start();
      const id = await client().run({
        name: 'rotated-1',
        command: idle,
        logDriver: 'json-file',
        logOptions: { 'max-size': '100k', 'max-file': '2' },
      });
      const before = await print(client(), id, 'before', 100);
      await lives.until(() => lives.logsOf(id).length === 100, 'lines arrive');
      await lives.present.stop();

      await print(client(), id, 'during', 5_000);
      await until(() => isLogged(client(), id, 'during 5000'), 'the engine has all lines');
      const left = (await engineLines(client(), id)).map(({ text }) => text);
      await lives.start();
      // While the container is quiet: nothing younger comes that would show that the known line is gone.
      await lives.until(() => lives.messagesOf(id).includes('during 5000'), 'what is left came');
      const after = await print(client(), id, 'after', 100);
      await lives.until(() => lives.messagesOf(id).includes('after 100'), 'all have arrived');
      await lives.until(() => lives.present.events.length > 0, 'the gap has arrived');
      const { account } = await lives.present.stop();

      const [counted] = lives.present.said('What was collected.');
      expect(left.length).toBeLessThan(4_000);
      expect(compared(lives.messagesOf(id), [...before, ...left, ...after])).toEqual(sound);
      expect(lives.present.actionsOf(id)).toEqual(['gap']);
      expect(counted?.counts).toMatchObject({ log_unread_containers: 0, log_gaps: 1 });
      expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
    },
    livesLimitMs,
  );
});
