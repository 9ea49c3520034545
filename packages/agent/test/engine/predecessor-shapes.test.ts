import { expect, test } from '@jest/globals';
import {
  type DockerClient,
  describeEngine,
  numberAt,
  testImage,
  valueAt,
} from '@tallyman/testkit/docker';
import { agentFor } from '../support/collected.ts';
import { engineLines, nineDigits } from '../support/engine-log.ts';
import {
  basic,
  counted,
  libratoTokens,
  logentriesTokens,
  Receivers,
  secondsOf,
  violationsIn,
} from '../support/receivers.ts';

// The keys of docker-logentries' three records (with `-a env=test`), in their order, as they were captured.
const capturedLog = ['v', 'id', 'long_id', 'image', 'name', 'time', 'line', 'host', 'env'];
const capturedStat = ['v', 'id', 'image', 'name', 'stats', 'host', 'env'];
const capturedEvent = ['id', 'type', 'image', 'name', 'host', 'execute', 'env'];

// What stood in `stats`, as far as every kernel and engine has it: the rest is what the engine says. Asked for one
// sample only, it has no earlier one to say of `precpu_stats` more than zeros, and 28.5 leaves out name and id.
const capturedSample = [
  'read',
  'pids_stats.current',
  'blkio_stats.io_service_bytes_recursive',
  'num_procs',
  'storage_stats',
  'cpu_stats.cpu_usage.total_usage',
  'cpu_stats.cpu_usage.usage_in_kernelmode',
  'cpu_stats.cpu_usage.usage_in_usermode',
  'cpu_stats.cpu_usage.cpu_percent',
  'cpu_stats.system_cpu_usage',
  'cpu_stats.online_cpus',
  'cpu_stats.throttling_data.periods',
  'precpu_stats.cpu_usage.total_usage',
  'memory_stats.usage',
  'memory_stats.stats',
  'memory_stats.limit',
  'networks.eth0.rx_bytes',
  'networks.eth0.tx_packets',
];

// docker-librato's gauges, in their order, each `{value, name, source}`.
const capturedGauges = [
  'docker-container-pcpu',
  'docker-container-memory',
  'docker-container-memory_usage',
  'docker-container-memory_limit',
  'docker-container-memory_cached',
];

const printing = 'echo pre line 1; echo pre err 1 >&2; echo; sleep 600';

describeEngine('the shapes of docker-logentries and docker-librato', (client) => {
  test('are what the same containers give, field by field', async () => {
    await using receivers = await Receivers.start();
    const { librato, logentries } = receivers;
    await using image = await shortName(client());
    await using agent = await agentFor(client(), 'shape-*', {
      config: {
        fields: { cluster: 'clusterA', env: 'test' },
        collect: { stats: { interval: '1s' } },
        sinks: {
          logentries: {
            tokens: logentriesTokens,
            options: { ...receivers.logentriesOptions, format: 'docker-logentries' },
          },
          librato: {
            tokens: { stats: libratoTokens.stats },
            options: { ...receivers.libratoOptions, naming: 'docker-librato' },
          },
        },
      },
    });
    await agent.ready();
    const id = await client().run({ name: 'shape-pre', image: image.name, command: printing });
    const tty = await client().run({ name: 'shape-tty', command: printing, tty: true });

    await counted(
      logentries,
      ({ acceptedByToken }) =>
        (acceptedByToken[logentriesTokens.logs] ?? 0) >= 6 &&
        (acceptedByToken[logentriesTokens.stats] ?? 0) >= 6,
      'lines and samples have arrived',
    );
    await client().kill(id);
    await counted(
      logentries,
      ({ acceptedByToken }) => (acceptedByToken[logentriesTokens.events] ?? 0) >= 6,
      'its end is told',
    );
    await agent.stop();

    const { accepted } = await logentries.ledger();
    const { imageId } = await client().inspect(id);
    const { Name: host } = Object(await client().json('GET', '/info'));
    const shown = { host, cluster: 'clusterA', env: 'test' };
    const [pre, onTerminal] = ['shape-pre', 'shape-tty'].map((name) => client().nameOf(name));
    const of = (token: string) =>
      accepted.filter((line) => line.token === token).map(({ event }) => Object(JSON.parse(event)));
    expect(await logentries.counts()).toMatchObject({ refused: 0, unknownToken: 0, notKept: 0 });

    // Logs.
    const logs = of(logentriesTokens.logs);
    const printed = await engineLines(client(), id);
    expect(printed).toHaveLength(3);
    const common = { v: 0, id: id.slice(0, 12), image: image.name, name: pre };
    for (const stream of ['stdout', 'stderr'])
      expect(
        logs.filter(
          ({ name, line }) => name === pre && line.includes('err') === (stream === 'stderr'),
        ),
      ).toEqual(
        printed
          .filter((one) => one.stream === stream)
          .map(({ time, text }) => ({
            ...common,
            long_id: id,
            time: Date.parse(time),
            line: text,
            ...shown,
          })),
      );
    for (const log of logs) expect(withoutCluster(log)).toEqual(capturedLog);
    // Without the carriage returns that a terminal adds: docker-logentries kept them.
    expect(logs.filter(({ name }) => name === onTerminal)).toEqual(
      ['pre line 1', 'pre err 1', ''].map((line) =>
        expect.objectContaining({ long_id: tty, image: testImage, line }),
      ),
    );

    // Stats: the engine's own sample, and the percentage where the community pack looks for it.
    const stats = of(logentriesTokens.stats);
    const own = leavesOf(await client().stats(tty));
    for (const stat of stats) {
      expect(withoutCluster(stat)).toEqual(capturedStat);
      expect(stat).toMatchObject({ v: 0, ...shown });
      expect(stat.id).toMatch(/^[0-9a-f]{12}$/);
    }
    const [first, ...later] = stats
      .filter(({ name }) => name === onTerminal)
      .map((one) => one.stats);
    const percentage = 'cpu_stats.cpu_usage.cpu_percent';
    expect(leavesOf(first)).not.toContain(percentage);
    for (const sample of later) {
      const leaves = leavesOf(sample);
      expect(leaves.filter((leaf) => leaf !== percentage)).toEqual(own);
      expect(
        capturedSample.filter((path) => valueAt(sample, ...path.split('.')) === undefined),
      ).toEqual([]);
      expect(numberAt(sample, ...percentage.split('.'))).toBeGreaterThanOrEqual(0);
    }

    // Events.
    const events = of(logentriesTokens.events).filter(({ name }) => name === pre);
    expect(events.map(({ type }) => type)).toEqual(['create', 'start', 'kill', 'die']);
    for (const { type, ...event } of events) {
      const whole = { id, image: imageId, name: pre, ...shown, execute: `sh -c ${printing}` };
      // `create` and `start` may be told before the container was looked at: with what the engine says of it.
      const early = { id, image: image.name, name: pre, ...shown };
      const possible = type === 'create' || type === 'start' ? [whole, early] : [whole];
      expect(possible).toContainEqual(event);
    }
    expect(Object.keys(events.at(-1)).toSorted()).toEqual([...capturedEvent, 'cluster'].toSorted());

    // docker-librato: the same samples, so the same values.
    const { points, requests, ...rest } = await librato.ledger();
    const posts = requests.filter(({ number }) => points.some(({ request }) => request === number));
    expect(violationsIn(rest)).toEqual([]);
    for (const { path, headers, body } of posts) {
      expect(path).toBe('/v1/metrics');
      expect(headers.authorization).toBe(`Basic ${basic(libratoTokens.stats)}`);
      expect(headers['content-type']).toMatch(/^application\/json/);
      expect(headers).not.toHaveProperty('content-encoding');
      const { gauges, ...others } = JSON.parse(body);
      expect(others).toEqual({ period: 1 });
      for (const gauge of gauges)
        expect(Object.keys(gauge).toSorted()).toEqual(['measure_time', 'name', 'source', 'value']);
    }
    const sourceOf = new Map([
      [pre, `clusterA::${pre}`],
      // What stands behind the first slash of its image.
      [onTerminal, `clusterA:busybox:latest:${onTerminal}`],
    ]);
    expect(new Set(points.map(({ source }) => source))).toEqual(new Set(sourceOf.values()));
    for (const stat of lastOfSeconds(stats)) {
      const { memory_stats: memory, cpu_stats: cpu, read } = stat.stats;
      const { total_rss: rss = memory.stats.anon, total_cache: cache = memory.stats.file } =
        memory.stats;
      const values = [cpu.cpu_usage.cpu_percent, rss, memory.usage, memory.limit, cache];
      const source = sourceOf.get(stat.name);
      expect(
        points
          .filter((point) => point.source === source && point.time === secondsOf(nineDigits(read)))
          .map(({ name, value, type }) => [name, value, type]),
      ).toEqual(
        capturedGauges.flatMap((name, index) =>
          values[index] === undefined ? [] : [[name, values[index], 'gauge']],
        ),
      );
    }
  });
});

interface StatShape {
  readonly name: string;
  readonly stats: {
    readonly read: string;
    readonly cpu_stats: { readonly cpu_usage: { readonly cpu_percent?: number } };
    readonly memory_stats: {
      readonly usage: number;
      readonly limit: number;
      readonly stats: Readonly<Record<string, number>>;
    };
  };
}

/** Two samples of a container in a second are one point: the later. */
function lastOfSeconds(stats: readonly StatShape[]): StatShape[] {
  return [
    ...new Map(stats.map((one) => [`${one.name} ${secondsOf(one.stats.read)}`, one])).values(),
  ];
}

/** The keys, but for the cluster, which docker-logentries did not have. */
function withoutCluster(shape: object): string[] {
  return Object.keys(shape).filter((key) => key !== 'cluster');
}

/** The paths of everything in an object that is no object itself. */
function leavesOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  const inner = Object.entries(value);
  const found = inner.flatMap(([key, each]) =>
    leavesOf(each, path === '' ? key : `${path}.${key}`),
  );
  return found.length === 0 ? [path] : found.toSorted();
}

/** The test image under a name without a slash, for as long as it is held. */
async function shortName(client: DockerClient) {
  const name = `${client.prefix}:latest`;
  await client.ensureImage();
  await client.bytes('POST', `/images/${testImage}/tag`, {
    query: { repo: client.prefix, tag: 'latest' },
  });
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      await client.bytes('DELETE', `/images/${name}`, { query: { force: 'true' } });
    },
  };
}
