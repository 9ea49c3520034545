import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ReceiverProcess } from '@tallyman/testkit';
import { type DockerClient, describeEngine } from '@tallyman/testkit/docker';
import { AgentLives, livesLimitMs } from '../support/agent-lives.ts';
import { compared, sound } from '../support/compared.ts';
import { idle, print } from '../support/numbered.ts';
import { arrivedIn, logentriesTokens } from '../support/receivers.ts';
import {
  countTakenBy,
  hasStalled,
  messagesIn,
  order,
  recordingSinkFiles,
  takenBy,
} from '../support/recording-sink.ts';
import { laneOf } from '../support/said.ts';
import { canMount, SmallDisk } from '../support/small-disk.ts';
import { until } from '../support/until.ts';

const isFull =
  "The lane is full and takes no more logs. They are read later from the engine's own log, as long as that keeps them.";
const isKept =
  'Records were not delivered in time and are kept on disk: the next start delivers them.';
// So that an outage is over soon after it ends.
const retry = { first_delay: '50ms', max_delay: '500ms' };

/** An agent for the logs of the containers whose names match, with these sinks, `recording` where they name no type. */
function livesFor(
  client: DockerClient,
  name: string,
  sinks: Readonly<Record<string, object>>,
  more: object = {},
): AgentLives {
  const common = { type: 'recording', retry, match: { kinds: ['logs'] } };
  return new AgentLives({
    socketPath: client.socketPath,
    files: recordingSinkFiles,
    flags: ['--sinks-dir', '.'],
    config: {
      select: { include: [{ name: client.nameOf(name) }] },
      sinks: Object.fromEntries(
        Object.entries(sinks).map(([sink, own]) => [sink, { ...common, ...own }]),
      ),
      ...more,
    },
  });
}

function segmentsOf(stateDirectory: string, sink: string): string[] {
  const folder = join(stateDirectory, 'lanes', sink, 'spool');
  return existsSync(folder) ? readdirSync(folder) : [];
}

function spoolBytes(stateDirectory: string, sink: string): number {
  const folder = join(stateDirectory, 'lanes', sink, 'spool');
  return segmentsOf(stateDirectory, sink).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

describeEngine('a destination that is down', (client) => {
  test(
    'gets what was printed meanwhile, though the agent is killed meanwhile and its memory is small',
    async () => {
      await using receiver = await ReceiverProcess.start('logentries', {
        tokens: [logentriesTokens.logs],
      });
      const { host, port } = receiver.address;
      await using lives = livesFor(client(), 'down-*', {
        logentries: {
          type: 'logentries',
          token: logentriesTokens.logs,
          options: { host, port, tls: false },
          queue: { memory: '4MiB', in_flight: '2MiB' },
        },
      });
      const state = join(lives.folder, 'state');
      await receiver.refuse();
      await lives.start();
      const id = await client().run({ name: 'down-1', command: idle });
      const printed = await print(client(), id, 'line', 50_000);
      await lives.until(
        () => spoolBytes(state, 'logentries') > 64 * 1024,
        'a good part is on disk',
      );

      await lives.kill();
      await lives.start();
      await receiver.listen();
      const enough = AbortSignal.timeout(60_000);
      await receiver.until(({ accepted }) => accepted >= printed.length, enough);
      // What came twice was counted twice.
      const arrivedLines = async () =>
        messagesIn(
          arrivedIn(await receiver.ledger()).map(({ record }) => record),
          id,
        );
      await until(async () => (await arrivedLines()).includes('line 50000'), 'the last one came');
      const { exitCode, account } = await lives.present.stop();

      expect(compared(await arrivedLines(), printed)).toEqual({
        ...sound,
        repeated: expect.anything(),
      });
      expect(exitCode).toBe(0);
      expect(laneOf(account, 'logentries')).toMatchObject({ dropped: {}, held: 0 });
      expect(segmentsOf(state, 'logentries')).toEqual([]);
    },
    livesLimitMs,
  );
});

describeEngine('a stop while a destination stalls', (client) => {
  test(
    'ends in time, says how many records are on disk, and the next start delivers them, each once',
    async () => {
      await using lives = livesFor(client(), 'stall-*', { sink: {} });
      order(lives.folder, 'sink', 'stall');
      await lives.start(['--stop-timeout', '6s']);
      const id = await client().run({ name: 'stall-1', command: idle });
      const printed = await print(client(), id, 'line', 5_000);
      await lives.until(
        () => spoolBytes(join(lives.folder, 'state'), 'sink') > 0,
        'there is something on disk',
      );

      const startedMs = performance.now();
      const { exitCode, account } = await lives.present.stop();
      const tookMs = performance.now() - startedMs;
      const [kept] = lives.present.said(isKept);
      order(lives.folder, 'sink', 'take');
      await lives.start();
      await lives.until(() => countTakenBy(lives.folder, 'sink') >= 5_000, 'all have arrived');
      const end = await lives.present.stop();

      expect(tookMs).toBeLessThan(6_000);
      expect(exitCode).toBe(0);
      expect(laneOf(account, 'sink')).toMatchObject({ delivered: 0, dropped: {} });
      expect(kept?.records).toBe(laneOf(account, 'sink').held);
      expect(compared(messagesIn(takenBy(lives.folder, 'sink'), id), printed)).toEqual(sound);
      expect(laneOf(end.account, 'sink')).toMatchObject({ dropped: {}, held: 0 });
      expect(segmentsOf(join(lives.folder, 'state'), 'sink')).toEqual([]);
    },
    livesLimitMs,
  );

  test(
    'a second signal ends it at once; the next start delivers every line',
    async () => {
      await using lives = livesFor(client(), 'twice-*', { sink: {} });
      order(lives.folder, 'sink', 'stall');
      await lives.start();
      const id = await client().run({ name: 'twice-1', command: idle });
      const printed = await print(client(), id, 'line', 5_000);
      // With nothing on its way the first signal would be enough.
      await lives.until(() => hasStalled(lives.folder, 'sink'), 'something is on its way');

      lives.present.signal('SIGTERM');
      await lives.present.until(() => lives.present.said('Stopping.').length > 0, 'it is stopping');
      lives.present.signal('SIGTERM');
      const { exitCode } = await lives.present.ended();
      order(lives.folder, 'sink', 'take');
      await lives.start();
      await lives.until(() => countTakenBy(lives.folder, 'sink') >= 5_000, 'all have arrived');
      const { account } = await lives.present.stop();

      expect(exitCode).toBe(1);
      expect(compared(messagesIn(takenBy(lives.folder, 'sink'), id), printed)).toEqual(sound);
      expect(laneOf(account, 'sink')).toMatchObject({ dropped: {}, held: 0 });
    },
    livesLimitMs,
  );
});

describeEngine('a dead destination beside a healthy one', (client) => {
  test(
    'does not delay it over a restart, nor make it read anything again; later it gets everything',
    async () => {
      await using lives = livesFor(client(), 'beside-*', {
        healthy: {},
        dead: { queue: { memory: '1MiB', in_flight: '1MiB', disk: '256KiB' } },
      });
      order(lives.folder, 'dead', 'refuse');
      await lives.start();
      const id = await client().run({ name: 'beside-1', command: idle });
      const before = await print(client(), id, 'before', 20_000);
      await lives.until(() => countTakenBy(lives.folder, 'healthy') >= 20_000, 'one has all');
      const first = await lives.present.stop();

      const during = await print(client(), id, 'during', 5_000);
      await lives.start();
      await lives.until(() => countTakenBy(lives.folder, 'healthy') >= 25_000, 'one has all');
      const deadHadMeanwhile = countTakenBy(lives.folder, 'dead');
      order(lives.folder, 'dead', 'take');
      const after = await print(client(), id, 'after', 100);
      await lives.until(() => countTakenBy(lives.folder, 'dead') >= 25_100, 'the other has all');
      const second = await lives.present.stop();

      const printed = [...before, ...during, ...after];
      expect(deadHadMeanwhile).toBe(0);
      // The rest only its own reading can bring.
      expect(laneOf(first.account, 'dead').held).toBeLessThan(20_000);
      const by = (sink: string) => compared(messagesIn(takenBy(lives.folder, sink), id), printed);
      expect(by('healthy')).toEqual(sound);
      // What the disk had room for of a chunk comes again with the rest of it.
      expect(by('dead')).toEqual({ ...sound, repeated: expect.anything() });
      expect(laneOf(first.account, 'dead')).toMatchObject({ delivered: 0, dropped: {} });
      for (const { account } of [first, second])
        expect(laneOf(account, 'healthy')).toMatchObject({ dropped: {}, held: 0 });
      expect(laneOf(second.account, 'dead')).toMatchObject({ dropped: {}, held: 0 });
    },
    livesLimitMs,
  );
});

describeEngine('a state directory whose disk fills up', (client) => {
  (canMount() ? test : test.skip)(
    'is survived: every line arrives once the destination does',
    async () => {
      using disk = new SmallDisk(4 * 1024 * 1024);
      await using lives = livesFor(
        client(),
        'full-*',
        { sink: { queue: { memory: '1MiB', in_flight: '1MiB' } } },
        { state: { directory: disk.path } },
      );
      order(lives.folder, 'sink', 'refuse');
      await lives.start();
      const id = await client().run({ name: 'full-1', command: idle });
      const first = await print(client(), id, 'first', 1_000);
      await lives.until(() => spoolBytes(disk.path, 'sink') > 0, 'some of it is on disk');

      disk.fill();
      const second = await print(client(), id, 'second', 20_000);
      await lives.present.saying(isFull);
      disk.relieve();
      order(lives.folder, 'sink', 'take');
      await lives.until(() => countTakenBy(lives.folder, 'sink') >= 21_000, 'all have arrived');
      const { exitCode, account } = await lives.present.stop();

      const taken = messagesIn(takenBy(lives.folder, 'sink'), id);
      expect(compared(taken, [...first, ...second])).toEqual(sound);
      expect(exitCode).toBe(0);
      expect(laneOf(account, 'sink')).toMatchObject({ dropped: {}, held: 0 });
      expect(segmentsOf(disk.path, 'sink')).toEqual([]);
    },
    livesLimitMs,
  );
});
