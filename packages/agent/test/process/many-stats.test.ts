import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { AgentProcess } from '../support/agent-process.ts';
import {
  counted,
  cpuSecondsOf,
  libratoTokens,
  Receivers,
  slotsAtLibrato,
  violationsIn,
} from '../support/receivers.ts';
import { laneOf } from '../support/said.ts';

const containers = 300;
const rounds = 3;
const intervalSeconds = 2;
// The first sample of a container, which has no rates yet, is some 10 points, each later one some 27.
const pointsOfSample = 25;

test('the stats of 300 containers go to Librato in POSTs within the limits', async () => {
  await using engine = await new EmbeddedEngine().start();
  for (let at = 0; at < containers; at++)
    engine
      .container({ name: `web-${at}`, memoryLimitBytes: 64 * 1024 ** 2 })
      .start()
      .uses({ cpuPercent: 1, rxBytesPerSecond: 1_000, writeBytesPerSecond: 1_000 });
  await using receivers = await Receivers.start();
  const { librato } = receivers;
  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    config: {
      collect: { stats: { interval: `${intervalSeconds}s` } },
      sinks: {
        librato: {
          tokens: { stats: libratoTokens.stats },
          options: { ...receivers.libratoOptions, period: `${intervalSeconds}s` },
        },
      },
    },
  });
  await agent.ready();
  const cpuAtStart = cpuSecondsOf(agent.pid);
  const startedMs = performance.now();

  await counted(
    librato,
    ({ points }) => points >= rounds * containers * pointsOfSample,
    `${rounds} rounds have arrived`,
  );
  const [cpu, seconds] = [
    cpuSecondsOf(agent.pid) - cpuAtStart,
    (performance.now() - startedMs) / 1_000,
  ];
  const { account } = await agent.stop();

  const { points, batches, ...rest } = await librato.ledger();
  const counts = await librato.counts();
  const samples = slotsAtLibrato(points);
  expect(violationsIn(rest)).toEqual([]);
  expect(counts).toMatchObject({ notKept: 0, oversizedBatches: 0 });
  expect(Math.max(...batches.map(({ measurements }) => measurements))).toBeLessThanOrEqual(500);
  expect(samples.size).toBeGreaterThanOrEqual(rounds * containers);
  expect(new Set([...samples].map((slot) => slot.split(' ')[0])).size).toBe(containers);
  expect(laneOf(account, 'librato')).toMatchObject({ dropped: {}, held: 0 });
  expect(laneOf(account, 'librato').delivered).toBeGreaterThanOrEqual(samples.size);

  const perSample = points.length / samples.size;
  process.stderr.write(
    [
      `${containers} containers every ${intervalSeconds} s for ${seconds.toFixed(1)} s: ${samples.size} samples`,
      `${points.length} points (${perSample.toFixed(1)} a sample)`,
      `${batches.length} POSTs of points`,
      `the agent used ${cpu.toFixed(2)} CPU s (${((100 * cpu) / seconds).toFixed(1)} % of a core)\n`,
    ].join(', '),
  );
});
