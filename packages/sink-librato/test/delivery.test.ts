import { describe, expect, test } from '@jest/globals';
import { batchOf, containerOf, fullStatRecord, slotMs, statRecord, timeAt } from './records.ts';
import { never, receiverWith, sinkFor, tokens } from './sink-under-test.ts';

const slotSeconds = slotMs / 1_000;

describe('measurements', () => {
  test('are tagged, timed by the slot, and have the period', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);
    const container = { ...containerOf('web-1'), compose: { project: 'shop', service: 'web' } };
    const record = statRecord({ container, fields: { Team: 'A&B' }, time: timeAt(7_900) });

    await under.sink.write(batchOf([record]), never);

    const point = receiver.ledger().points.find(({ name }) => name === 'docker.cpu.percent');
    expect(point).toMatchObject({
      api: 'measurements',
      token: tokens.stat,
      type: 'gauge',
      value: 12.5,
      time: slotSeconds,
      timeSent: 'yes',
      period: 10,
      attributes: { display_units_short: '%' },
      tags: {
        host: 'quay',
        container: 'web-1',
        image: 'nginx:1.27',
        compose_project: 'shop',
        compose_service: 'web',
        team: 'a_b',
      },
    });
  });

  test('are one of each figure, counters only from the second sample on', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);

    await under.sink.write(batchOf([fullStatRecord()]), never);
    const first = receiver.ledger().points.map(({ name }) => name);
    receiver.clear();
    await under.sink.write(batchOf([fullStatRecord({ time: timeAt(10_000) })]), never);
    const second = receiver.ledger().points.map(({ name }) => name);

    expect(first).toHaveLength(18);
    expect(second).toHaveLength(35);
    expect(new Set(second).size).toBe(35);
    expect(first).not.toContain('docker.network.rx_bytes');
    expect(second).toContain('docker.network.rx_bytes');
  });

  test('of counters are what they gained, and are added up over time', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);
    const cpu = { usageNanos: 5_700_000, onlineCpus: 2 };
    const records = [statRecord(), statRecord({ time: timeAt(10_000), cpu })];

    await under.sink.write(batchOf(records), never);

    const points = receiver.ledger().points;
    expect(points.filter(({ name }) => name === 'docker.cpu.usage_nanos')).toMatchObject([
      {
        value: 700_000,
        time: slotSeconds + 10,
        attributes: { summarize_function: 'sum', display_units_short: 'ns' },
      },
    ]);
  });

  test('of logs go with the token for logs', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);
    const logs = { lines: 3, bytes: 120, stderrLines: 1, matches: { 'out of memory': 2 } };

    await under.sink.write(batchOf([statRecord({ logs })]), never);

    const points = receiver.ledger().points.filter(({ token }) => token === tokens.log);
    expect(points.map(({ name, value }) => [name, value])).toEqual([
      ['docker.logs.lines', 3],
      ['docker.logs.bytes', 120],
      ['docker.logs.stderr_lines', 1],
      ['docker.logs.matches.out_of_memory', 2],
    ]);
    expect(receiver.counts().requests).toBe(2);
  });

  test('of logs and stats share a request where they share a token', async () => {
    await using receiver = await receiverWith();
    const shared = { stat: tokens.stat, log: tokens.stat };
    await using under = sinkFor(receiver.address.url, {}, { tokens: shared });

    await under.sink.write(batchOf([statRecord()]), never);

    expect(receiver.counts().requests).toBe(1);
    expect(receiver.ledger().points.map(({ name }) => name)).toContain('docker.logs.lines');
  });

  test('of logs are not sent without a token for them', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url, {}, { tokens: { stat: tokens.stat } });

    await under.sink.write(batchOf([statRecord()]), never);

    const names = receiver.ledger().points.map(({ name }) => name);
    expect(names.filter((name) => name.includes('logs'))).toEqual([]);
  });

  test('are compressed unless told otherwise', async () => {
    await using receiver = await receiverWith();
    await using compressing = sinkFor(receiver.address.url);
    await using plain = sinkFor(receiver.address.url, { gzip: false });

    await compressing.sink.write(batchOf([statRecord()]), never);
    await plain.sink.write(batchOf([statRecord()]), never);

    const encodings = receiver.ledger().requests.map(({ headers }) => headers['content-encoding']);
    expect(encodings).toEqual(['gzip', 'gzip', undefined, undefined]);
  });

  test('of two samples in one slot are those of the later, with what came in both windows', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);
    const cpu = (usageNanos: number) => ({ cpu: { usageNanos, onlineCpus: 1 } });
    const records = [
      statRecord({ time: timeAt(-5_000), ...cpu(100) }),
      statRecord({ time: timeAt(1_000), ...cpu(130) }),
      statRecord({ time: timeAt(6_000), ...cpu(170) }),
    ];

    await under.sink.write(batchOf(records), never);

    const inSlot = receiver.ledger().points.filter(({ time }) => time === slotSeconds);
    const pointsOf = (name: string) => inSlot.filter((point) => point.name === name);
    expect(pointsOf('docker.cpu.usage_nanos')).toMatchObject([{ value: 70 }]);
    expect(pointsOf('docker.logs.lines')).toMatchObject([{ value: 6 }]);
  });

  test('have fifty tags at most, with what the agent knows among them', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);
    const fields = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`field-${at}`, 'x']));

    await under.sink.write(batchOf([statRecord({ fields })]), never);

    const tags = receiver.ledger().points[0]?.tags ?? {};
    expect(Object.keys(tags)).toHaveLength(50);
    expect(tags).toMatchObject({ host: 'quay', container: 'web-1' });
  });

  test('are tagged with what was chosen, and with the host where nothing is there', async () => {
    await using receiver = await receiverWith();
    await using chosen = sinkFor(receiver.address.url, { tags: ['container_id', 'labels'] });
    await using labels = sinkFor(receiver.address.url, { tags: ['labels'] });
    const container = { ...containerOf('web-1'), labels: { 'com.quay/tier': 'Front' } };
    const short = container.id.slice(0, 12);

    await chosen.sink.write(batchOf([statRecord({ container })]), never);
    const [first] = receiver.ledger().points;
    receiver.clear();
    await labels.sink.write(batchOf([statRecord()]), never);
    const [second] = receiver.ledger().points;

    expect(first?.tags).toEqual({ container_id: short, 'com.quay_tier': 'front' });
    expect(second?.tags).toEqual({ host: 'quay' });
  });
});

describe('metrics', () => {
  test('have a source, a measure time and the period, uncompressed', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url, { api: 'metrics', prefix: '' });

    await under.sink.write(batchOf([statRecord({ time: timeAt(3_000) })]), never);

    const { points, requests } = receiver.ledger();
    expect(points.find(({ name }) => name === 'memory.usage_bytes')).toMatchObject({
      api: 'metrics',
      type: 'gauge',
      source: 'quay:web-1',
      time: slotSeconds,
      timeSent: 'yes',
      period: 10,
      value: 40_000_000,
    });
    expect(requests[0]?.headers['content-encoding']).toBeUndefined();
  });
});
