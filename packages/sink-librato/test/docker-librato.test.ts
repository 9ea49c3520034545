import { expect, test } from '@jest/globals';
import type { LibratoPoint } from '@tallyman/testkit';
import { batchOf, containerOf, fullStatRecord, slotMs, statRecord } from './records.ts';
import { never, receiverWith, sinkFor, tokens } from './sink-under-test.ts';

const naming = 'docker-librato';
const onlyStats = { tokens: { stat: tokens.stat } };

/** A point as docker-librato 1.2.5 was seen to send it: value, name and source, and nothing else. */
function captured({ name, value, source, attributes }: LibratoPoint) {
  return { value, name, source, ...(attributes && { attributes }) };
}

test('sends the gauges that docker-librato sent, field by field', async () => {
  await using receiver = await receiverWith();
  await using under = sinkFor(receiver.address.url, { naming }, onlyStats);
  const record = statRecord({
    container: { ...containerOf('demo-lib'), image: 'bb:latest' },
    fields: { cluster: 'clusterA' },
    cpu: { percent: 0.05732165897943378, usageNanos: 1, onlineCpus: 2 },
    memory: {
      usageBytes: 790_528,
      workingSetBytes: 700_000,
      rssBytes: 65_536,
      cacheBytes: 0,
      limitBytes: 25_276_502_016,
    },
  });

  await under.sink.write(batchOf([record]), never);

  const { points, requests } = receiver.ledger();
  expect(requests[0]?.path).toBe('/v1/metrics');
  expect(points.map(captured)).toEqual([
    { value: 0.05732165897943378, name: 'docker-container-pcpu', source: 'clusterA::demo-lib' },
    { value: 65_536, name: 'docker-container-memory', source: 'clusterA::demo-lib' },
    { value: 790_528, name: 'docker-container-memory_usage', source: 'clusterA::demo-lib' },
    { value: 25_276_502_016, name: 'docker-container-memory_limit', source: 'clusterA::demo-lib' },
    { value: 0, name: 'docker-container-memory_cached', source: 'clusterA::demo-lib' },
  ]);
  expect(points.every(({ type }) => type === 'gauge')).toBe(true);
});

test.each([
  ['bb:latest', 'eu-1', 'eu-1::web-1'],
  ['a/b:c', 'eu-1', 'eu-1:b:c:web-1'],
  ['reg/a/b:c', 'eu-1', 'eu-1:a_b:c:web-1'],
  ['reg.io:5000/b@sha256:0a1b', 'eu-1', 'eu-1:b:web-1'],
  ['a/b:c', undefined, 'web-1'],
  ['a/b:c', '', 'web-1'],
])('of image %p in cluster %p the source is %p', async (image, cluster, source) => {
  await using receiver = await receiverWith();
  await using under = sinkFor(receiver.address.url, { naming }, onlyStats);
  const container = { ...containerOf('web-1'), image };
  const fields = cluster === undefined ? {} : { cluster };

  await under.sink.write(batchOf([statRecord({ container, fields })]), never);

  expect(receiver.ledger().points[0]?.source).toBe(source);
});

test('has explicit times all the same, so that a point sent again replaces itself', async () => {
  await using receiver = await receiverWith();
  await using under = sinkFor(receiver.address.url, { naming }, onlyStats);

  await under.sink.write(batchOf([statRecord()]), never);

  expect(receiver.ledger().points[0]).toMatchObject({ time: slotMs / 1_000, timeSent: 'yes' });
});

test('adds log counts only where there is a token for logs, under names in the same manner', async () => {
  await using receiver = await receiverWith();
  await using under = sinkFor(receiver.address.url, { naming });
  const logs = { lines: 1, bytes: 2, stderrLines: 3, matches: { oom: 4 } };

  await under.sink.write(batchOf([fullStatRecord({ logs })]), never);

  const names = receiver.ledger().points.filter(({ token }) => token === tokens.log);
  expect(names.map(({ name }) => name)).toEqual([
    'docker-container-log_lines',
    'docker-container-log_bytes',
    'docker-container-log_stderr_lines',
    'docker-container-log_matches_oom',
  ]);
});

test('has its source for a tag where the API has tags', async () => {
  await using receiver = await receiverWith();
  const options = { naming, api: 'measurements' } as const;
  await using under = sinkFor(receiver.address.url, options, onlyStats);

  await under.sink.write(batchOf([statRecord({ fields: { cluster: 'EU-1' } })]), never);

  expect(receiver.ledger().points[0]?.tags).toMatchObject({ source: 'eu-1::web-1', host: 'quay' });
});
