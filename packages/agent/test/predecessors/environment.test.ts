// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import { describe, expect, test } from '@jest/globals';
import type { SinkCatalogue } from '../../src/config/catalogue.ts';
import { configFromEnvironment } from '../../src/predecessors/environment.ts';
import { findSinks } from '../../src/sinks/catalogue.ts';
import { smallCatalogue } from '../config/catalogue.ts';
import { complaintsOf } from '../config/loading.ts';

// Of the sinks that come with the agent, whatever is installed on this machine.
const catalogue = findSinks([]);

type Env = Readonly<Record<string, string>>;

const made = (env: Env) => configFromEnvironment({ env, catalogue });
const refused = (env: Env, from: SinkCatalogue = catalogue) =>
  complaintsOf(() => configFromEnvironment({ env, catalogue: from }));

test('without any variable everything goes to stdout', async () => {
  const { config, yaml } = await made({ PATH: '/bin' });

  expect(yaml).toBe('sinks:\n  stdout: {}\n');
  expect(config.sinks.map(({ name, kinds }) => [name, kinds])).toEqual([
    ['stdout', ['log', 'stat', 'event']],
  ]);
});

describe('the variables of docker-librato', () => {
  test('send stats, with the cluster on every record', async () => {
    const env = { LIBRATO_EMAIL: 'a@b.io', LIBRATO_TOKEN: 's3cret', CLUSTER_NAME: 'eu-1' };

    const { config, yaml } = await made(env);

    expect(yaml).toBe(
      `fields:
  cluster: \${CLUSTER_NAME}
sinks:
  librato:
    tokens:
      stats: \${LIBRATO_TOKEN}
    options:
      email: \${LIBRATO_EMAIL}
      naming: docker-librato
`,
    );
    expect(config.fields).toEqual({ cluster: 'eu-1' });
    expect(config.sinks[0]).toMatchObject({ name: 'librato', kinds: ['stat'] });
    expect(config.sinks[0]?.tokens.stat?.reveal()).toBe('s3cret');
  });

  test('may hold a token for stats and one for logs', async () => {
    const { yaml } = await made({
      LIBRATO_EMAIL: 'a@b.io',
      LIBRATO_TOKEN: 'a',
      LIBRATO_STATS_TOKEN: 'b',
      LIBRATO_LOGS_TOKEN: 'c',
    });

    expect(yaml).toContain(
      '      logs: ${LIBRATO_LOGS_TOKEN}\n      stats: ${LIBRATO_STATS_TOKEN}\n',
    );
  });

  test('name another service, since its own is gone', async () => {
    const { config } = await made({
      LIBRATO_EMAIL: 'a@b.io',
      LIBRATO_TOKEN: 'a',
      LIBRATO_URL: 'https://metrics.example.com',
    });

    expect(config.sinks[0]?.options).toMatchObject({
      url: 'https://metrics.example.com',
      naming: 'docker-librato',
    });
  });

  test.each([
    [{ STATS_INTERVAL: '30', LIBRATO_PERIOD: '180000' }, 30_000, 180_000],
    [{ STATS_INTERVAL: '30' }, 30_000, 30_000],
    [{ LIBRATO_PERIOD: '60000', STATS_INTERVAL: '' }, 60_000, 60_000],
    [{}, 10_000, 10_000],
  ])('%j say how often a sample is taken, and a point sent', async (times, sampled, sent) => {
    const { config } = await made({ LIBRATO_EMAIL: 'a@b.io', LIBRATO_TOKEN: 'a', ...times });

    expect(config.collect.stats.intervalMs).toBe(sampled);
    expect(config.sinks[0]?.options).toMatchObject({ period: sent });
  });

  test('with times that are none are refused', async () => {
    const times = { STATS_INTERVAL: 'often', LIBRATO_PERIOD: '1500' };

    expect(await refused({ LIBRATO_EMAIL: 'a@b.io', LIBRATO_TOKEN: 'a', ...times })).toEqual([
      'environment:1:1  LIBRATO_PERIOD: has to be milliseconds that make whole seconds, such as 180000',
      'environment:1:1  STATS_INTERVAL: has to be a number of samples, one a second, such as 30',
    ]);
  });

  test('that its README passes to each docker run are enough', async () => {
    const env = { LIBRATO_EMAIL: 'ops@example.com', LIBRATO_TOKEN: 'tok', CLUSTER_NAME: 'eu-1' };

    const { config } = await made(env);

    expect(config.sinks).toHaveLength(1);
    expect(config.notes).toEqual([
      'sinks.librato: no token for events, so they are not sent to it',
    ]);
  });

  test('are needed both', async () => {
    expect(await refused({ LIBRATO_TOKEN: 'a' })).toEqual([
      'environment:1:1  LIBRATO_EMAIL: is not set, and LIBRATO_TOKEN needs it',
    ]);
    expect(await refused({ LIBRATO_EMAIL: 'a@b.io', LIBRATO_TOKEN: '' })).toEqual([
      'environment:1:1  LIBRATO_TOKEN: is not set (or LIBRATO_STATS_TOKEN, LIBRATO_LOGS_TOKEN), and LIBRATO_EMAIL needs a token',
    ]);
  });
});

test('the variables of docker-logentries give a token for all kinds or for each', async () => {
  const { config, yaml } = await made({
    LOGENTRIES_TOKEN: 'all',
    LOGENTRIES_STATSTOKEN: 'own',
  });

  expect(yaml).toBe(`sinks:
  logentries:
    token: \${LOGENTRIES_TOKEN}
    tokens:
      stats: \${LOGENTRIES_STATSTOKEN}
    options:
      format: docker-logentries
      host: data.logentries.com
`);
  const { log, stat, event } = config.sinks[0]?.tokens ?? {};
  expect([log, stat, event].map((token) => token?.reveal())).toEqual(['all', 'own', 'all']);
});

test('the variables of r7insight_docker name a region', async () => {
  const { config } = await made({ INSIGHT_EVENTSTOKEN: 'e', INSIGHT_REGION: 'us' });

  expect(config.sinks[0]).toMatchObject({
    name: 'insight',
    type: 'logentries',
    kinds: ['event'],
    options: { region: 'us', format: 'docker-logentries' },
  });
  expect(await refused({ INSIGHT_TOKEN: 'e' })).toEqual([
    'environment:1:1  INSIGHT_REGION: is not set, and INSIGHT_TOKEN needs it',
  ]);
});

test('two predecessors at once are two sinks', async () => {
  const { config } = await made({
    LOGENTRIES_TOKEN: 'a',
    INSIGHT_TOKEN: 'b',
    INSIGHT_REGION: 'eu',
  });

  expect(config.sinks.map(({ name }) => name)).toEqual(['logentries', 'insight']);
});

test('variables for a sink that is not there are named', async () => {
  expect(
    await refused({ LIBRATO_TOKEN: 's3cret', LIBRATO_EMAIL: 'a@b.io' }, smallCatalogue),
  ).toEqual([
    'environment:1:1  LIBRATO_EMAIL: and others (LIBRATO_TOKEN) are set, which choose a sink of type librato, and there is none; unset it, install the sink, or write a configuration file with other sinks',
  ]);
  expect(await refused({ LOGENTRIES_LOGSTOKEN: 's3cret' }, smallCatalogue)).toEqual([
    'environment:1:1  LOGENTRIES_LOGSTOKEN: is set, which chooses a sink of type logentries, and there is none; unset it, install the sink, or write a configuration file with other sinks',
  ]);
});
