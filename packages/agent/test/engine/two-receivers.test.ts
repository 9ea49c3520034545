import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { ContainerStat } from '@tallyman/sdk';
import type { LibratoPoint } from '@tallyman/testkit';
import { describeEngine, testImage } from '@tallyman/testkit/docker';
import { agentFor } from '../support/collected.ts';
import { engineLines } from '../support/engine-log.ts';
import {
  type Arrived,
  arrivedIn,
  basic,
  counted,
  distinct,
  libratoTokens,
  logentriesTokens,
  Receivers,
  secondsOf,
  secretTexts,
  slotsAtLibrato,
  slotsOf,
  violationsIn,
} from '../support/receivers.ts';
import { laneOf } from '../support/said.ts';
import { until } from '../support/until.ts';

const pairs = 400;
// Framing is at stake in the first lines: an empty one, quotes, controls, four bytes a character, two events' worth.
const odd = [
  String.raw`printf '\n'`,
  String.raw`printf 'say "hi"\\ \t\r\033[1m ü 漢 🚢\n'`,
  String.raw`head -c 70000 /dev/zero | tr '\0' 'ü' | sed 's/$/\n/'`,
].join('; ');
const oddLines = 3;
const printing = `${odd}; i=0; while [ $i -lt ${pairs} ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; sleep 600`;
const linesEach = 2 * pairs + oddLines;
const names = ['both-a', 'both-b', 'both-c'];

const wrongToken = 'librato-wrong-2f60aa17';

describeEngine('containers of a real engine at both receivers at once', (client) => {
  test('logs, stats and events arrive under their own tokens, valid and complete', async () => {
    await using receivers = await Receivers.start('trusted');
    const { librato, logentries } = receivers;
    // Its errors are printed too.
    await librato.script(['503']);
    await using agent = await agentFor(client(), 'both-*', {
      files: { 'ca.pem': librato.address.ca ?? '' },
      env: { NODE_EXTRA_CA_CERTS: 'ca.pem' },
      flags: ['--log-level', 'debug'],
      config: {
        fields: { cluster: 'quay' },
        collect: { stats: { interval: '1s' }, logs: { count: [{ name: 'odd', pattern: 'say' }] } },
        sinks: {
          logentries: { tokens: logentriesTokens, options: receivers.logentriesOptions },
          librato: { tokens: libratoTokens, options: receivers.libratoOptions },
          refused: { type: 'librato', token: wrongToken, options: receivers.libratoOptions },
        },
      },
    });
    await agent.ready();
    const startedSeconds = Math.floor(Date.now() / 1_000);

    const ids = await Promise.all(names.map((name) => client().run({ name, command: printing })));
    const { logs: logsToken, stats: statsToken, events: eventsToken } = logentriesTokens;
    // A line of 70,000 characters is several events, so these are not counted but put together.
    const isComplete = async () =>
      arrivedIn(await logentries.ledger()).filter(({ record }) => record.kind === 'log').length >=
      names.length * linesEach;
    await until(isComplete, 'all lines have arrived');
    const statsThen = (await logentries.counts()).acceptedByToken[statsToken] ?? 0;
    await counted(
      logentries,
      ({ acceptedByToken }) => (acceptedByToken[statsToken] ?? 0) >= statsThen + 2 * names.length,
      'each was sampled since',
    );
    await Promise.all(ids.map((id) => client().kill(id)));
    await counted(
      librato,
      ({ annotations }) => annotations >= 3 * names.length,
      'their ends are told',
    );
    await agent.saying(
      "The destination refuses the credentials: check this sink's token in the configuration. Its records are held and tried again slowly.",
    );
    const commandLine = readFileSync(`/proc/${agent.pid}/cmdline`, 'utf8');
    const { exitCode, account } = await agent.stop();
    const stoppedSeconds = Math.ceil(Date.now() / 1_000);

    const lines = await logentries.ledger();
    const arrived = arrivedIn(lines);
    const records = distinct(arrived);
    const { points, annotations, requests, ...rest } = await librato.ledger();

    // Nothing was garbled, nothing refused but what the script and the wrong token are about.
    expect(await logentries.counts()).toMatchObject({ refused: 0, unknownToken: 0, notKept: 0 });
    expect(lines.tails).toEqual([]);
    expect(await librato.counts()).toMatchObject({ notKept: 0, oversizedBatches: 0 });
    const ofWrongToken = requests
      .filter(({ headers }) => headers.authorization === `Basic ${basic(wrongToken)}`)
      .map(({ number }) => number);
    expect(violationsIn(rest).filter(({ request }) => !ofWrongToken.includes(request))).toEqual([]);

    // Each kind under its own token.
    expect(tokensOf(arrived, 'log')).toEqual([logsToken]);
    expect(tokensOf(arrived, 'stat')).toEqual([statsToken]);
    expect(tokensOf(arrived, 'event')).toEqual([eventsToken]);
    for (const { name, token } of points)
      expect([name, token]).toEqual([
        name,
        name.startsWith('docker.logs.') ? libratoTokens.logs : libratoTokens.stats,
      ]);
    expect(new Set(annotations.map(({ token }) => token))).toEqual(new Set([libratoTokens.events]));

    // Every line, in order; again only where a connection was not taken for confirmed, which is said.
    const isRetried = agent
      .said('Delivery failed, retrying.')
      .some(({ sink }) => sink === 'logentries');
    if (!isRetried) expect(records).toHaveLength(arrived.length);
    for (const id of ids) {
      const printed = await engineLines(client(), id);
      expect(printed).toHaveLength(linesEach);
      for (const stream of ['stdout', 'stderr'] as const)
        expect(
          records.flatMap((record) =>
            record.kind === 'log' && record.container.id === id && record.stream === stream
              ? [[record.time, record.message]]
              : [],
          ),
        ).toEqual(
          printed.filter((line) => line.stream === stream).map(({ time, text }) => [time, text]),
        );
    }

    // Names, tags and times of points; the values are those of the records.
    const { Name: host } = Object(await client().json('GET', '/info'));
    for (const { name, tags, time, timeSent, type } of points) {
      expect(name).toMatch(/^docker\.(cpu|memory|network|block_io|pids|state|logs)\.[a-z_.]+$/);
      expect(names.map((one) => client().nameOf(one))).toContain(tags?.container);
      expect(tags).toEqual({
        host: String(host).toLowerCase(),
        container: tags?.container,
        image: testImage,
        cluster: 'quay',
      });
      expect([timeSent, type]).toEqual(['yes', 'gauge']);
      expect(time).toBeGreaterThanOrEqual(startedSeconds);
      expect(time).toBeLessThanOrEqual(stoppedSeconds);
    }
    const stats = records.filter((record) => record.kind === 'stat');
    expect(slotsAtLibrato(points)).toEqual(slotsOf(records));
    expect(valuesAt(points, 'docker.memory.usage_bytes')).toEqual(
      lastOfSlots(stats, ({ memory }) => memory.usageBytes),
    );
    for (const name of names.map((one) => client().nameOf(one))) {
      expect(sumOf(points, 'docker.logs.lines', name)).toBe(linesEach);
      expect(sumOf(points, 'docker.logs.stderr_lines', name)).toBe(pairs);
      expect(sumOf(points, 'docker.logs.matches.odd', name)).toBe(1);
    }

    // Events are annotations of the same time and container.
    const events = records.filter((record) => record.kind === 'event');
    expect(
      annotations.map(({ source, start_time }) => `${source} ${start_time}`).toSorted(),
    ).toEqual(
      events
        .map(({ container, time }) => `${host}:${container?.name} ${secondsOf(time)}`)
        .toSorted(),
    );
    for (const name of names.map((one) => client().nameOf(one)))
      expect(annotations.map(({ title }) => title)).toEqual(
        expect.arrayContaining([
          `${name}: create`,
          `${name}: start`,
          `${name}: die (exit code 137)`,
        ]),
      );

    // The account is what the receivers have.
    expect(laneOf(account, 'logentries')).toEqual({
      offered: records.length,
      delivered: records.length,
      dropped: {},
      held: 0,
    });
    expect(laneOf(account, 'librato')).toEqual({
      offered: stats.length + events.length,
      delivered: stats.length + events.length,
      dropped: {},
      held: 0,
    });
    expect(laneOf(account, 'refused')).toMatchObject({ delivered: 0 });
    expect(exitCode).toBe(0);

    // No token is anywhere but on the wire.
    const seen = [agent.stdout, agent.stderr, commandLine, ...textsIn(agent.folder)];
    const secrets = [...secretTexts, wrongToken, basic(wrongToken)];
    expect(agent.said('Delivery failed, retrying.')).not.toEqual([]);
    expect(secrets.filter((secret) => seen.some((text) => text.includes(secret)))).toEqual([]);
  });

  test('one that reads nothing blocks no container and takes nothing from the other', async () => {
    const lines = 30_000;
    await using receivers = await Receivers.start();
    const { librato, logentries } = receivers;
    await logentries.always('never-read');
    await using agent = await agentFor(client(), 'unread-*', {
      config: {
        collect: { stats: { interval: '1s' } },
        sinks: {
          logentries: {
            tokens: logentriesTokens,
            options: receivers.logentriesOptions,
            match: { kinds: ['logs'] },
          },
          librato: { tokens: libratoTokens, options: receivers.libratoOptions },
        },
      },
    });
    await agent.ready();
    const id = await client().run({
      name: 'unread-1',
      command: `seq 1 ${lines} | sed 's/$/ ${'x'.repeat(180)}/'; touch /done; sleep 600`,
    });

    await counted(
      librato,
      ({ annotations, points }) => annotations >= 2 && points > 0,
      'the other goes on',
    );
    await until(
      async () => (await client().exec(id, 'test -f /done')).exitCode === 0,
      'the container has printed everything',
    );
    const { points } = await librato.counts();
    await counted(librato, (now) => now.points > points, 'the other still goes on');
    expect(await logentries.counts()).toMatchObject({ accepted: 0 });
    await logentries.always('ok');
    await logentries.cut();
    await counted(logentries, ({ accepted }) => accepted >= lines, 'everything arrives afterwards');
    const { account } = await agent.stop();

    const arrived = arrivedIn(await logentries.ledger());
    expect(
      distinct(arrived).map((record) =>
        record.kind === 'log' ? Number.parseInt(record.message, 10) : 0,
      ),
    ).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
    expect(await logentries.counts()).toMatchObject({ refused: 0, unknownToken: 0, notKept: 0 });
    expect(violationsIn(await librato.ledger())).toEqual([]);
    expect(await librato.counts()).toMatchObject({ notKept: 0 });
    expect(laneOf(account, 'logentries')).toEqual({
      offered: lines,
      delivered: lines,
      dropped: {},
      held: 0,
    });
    expect(laneOf(account, 'librato')).toMatchObject({ dropped: {}, held: 0 });
  });
});

function tokensOf(arrived: readonly Arrived[], kind: string): string[] {
  const ofKind = arrived.filter(({ record }) => record.kind === kind);
  return [...new Set(ofKind.map(({ line }) => line.token))];
}

/** By container and second, the last that came: a point with the same key replaces the one before. */
function valuesAt(points: readonly LibratoPoint[], metric: string): Map<string, number> {
  return new Map(
    points
      .filter(({ name }) => name === metric)
      .map(({ tags, time, value = Number.NaN }) => [`${tags?.container} ${time}`, value]),
  );
}

function lastOfSlots(
  stats: readonly ContainerStat[],
  value: (stat: ContainerStat) => number,
): Map<string, number> {
  return new Map(
    stats.map((stat) => [`${stat.container.name} ${secondsOf(stat.time)}`, value(stat)]),
  );
}

function sumOf(points: readonly LibratoPoint[], metric: string, container: string): number {
  const own = points.filter(({ tags }) => tags?.container === container);
  return [...valuesAt(own, metric).values()].reduce((sum, value) => sum + value, 0);
}

/** What the agent left in its folder, beside the configuration that the test put there. */
function textsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'config.yaml')
    .map((entry) => entry.name + readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}
