import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ContainerStat } from '@tallyman/sdk';
import type { LibratoReceiver } from '@tallyman/testkit';
import fc from 'fast-check';
import { metricName, pointValue, sourceName, tagName, tagValue } from '../src/sanitise.ts';
import { batchOf, eventRecord, statRecord, timeAt } from './records.ts';
import { never, receiverWith, sinkFor } from './sink-under-test.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.constantFrom('', ' ', 'all', 'ALL', 'nginx@sha256:0a1b', 'a+b', 'ß', '😀', 'x'.repeat(400)),
);

describe('the service takes', () => {
  test('every name', () => {
    fc.assert(fc.property(anyText, (text) => /^[A-Za-z0-9.:_-]{1,255}$/.test(metricName(text))));
  });

  test('every source, and none that means all of them', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(sourceName(text)).toMatch(/^[A-Za-z0-9.:_-]{1,255}$/);
        expect(sourceName(text).toLowerCase()).not.toBe('all');
      }),
    );
  });

  test('every tag that is not empty, in lower case', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tagName(text)).toMatch(/^[a-z0-9.:_-]{0,64}$/);
        expect(tagValue(text)).toMatch(/^[a-z0-9.:_?\\/ -]{0,255}$/);
      }),
    );
  });

  test.each([
    [12.5, 12.5],
    [1e-200, 0],
    [-1e-200, 0],
    [1e127, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
  ])('%p as %p', (value, expected) => {
    expect(pointValue(value)).toBe(expected);
  });

  test('the end of a long name, and the beginning of a long source', () => {
    expect(metricName(`${'a'.repeat(300)}.percent`)).toMatch(/a\.percent$/);
    expect(sourceName(`quay:${'a'.repeat(300)}`)).toMatch(/^quay:a/);
  });
});

const anyMap = fc.dictionary(anyText, anyText, { maxKeys: 70 });
const anyNumber = fc.oneof(fc.double(), fc.nat(), fc.maxSafeNat());

const anyStat: fc.Arbitrary<ContainerStat> = fc
  .record({
    name: anyText,
    image: anyText,
    host: anyText,
    fields: anyMap,
    labels: anyMap,
    matches: anyMap,
    offsetMs: fc.integer({ min: -3_600_000, max: 30_000 }),
    numbers: fc.array(anyNumber, { minLength: 9, maxLength: 9 }),
  })
  .map(({ name, image, host, fields, labels, matches, offsetMs, numbers }) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = numbers;
    const counts = Object.keys(matches).map((key) => [key, h] as const);
    return statRecord({
      host,
      fields,
      time: timeAt(offsetMs),
      container: { id: 'c0ffee'.padEnd(64, '0'), name, image, labels },
      cpu: { percent: a, usageNanos: b, onlineCpus: c },
      memory: { usageBytes: d, workingSetBytes: e, rssBytes: f },
      logs: { lines: g, bytes: h, stderrLines: i, matches: Object.fromEntries(counts) },
    });
  });

describe.each(['measurements', 'metrics'] as const)('by the rules of %s', (api) => {
  let receiver: LibratoReceiver;

  beforeAll(async () => {
    receiver = await receiverWith();
  });

  afterAll(() => receiver.close());

  test.each(['default', 'docker-librato'] as const)(
    'any record makes valid points and annotations: %s',
    async (naming) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyStat, { minLength: 1, maxLength: 5 }),
          anyText,
          async (stats, text) => {
            await using under = sinkFor(receiver.address.url, { api, naming });
            const event = eventRecord({ action: text, host: text, attributes: { text }, id: text });

            await under.sink.write(batchOf([...stats, event]), never);
          },
        ),
        { numRuns: 60 },
      );

      expect(receiver.ledger().refusals).toEqual([]);
      expect(receiver.counts()).toMatchObject({ refusals: 0, oversizedBatches: 0 });
      expect(receiver.counts().points).toBeGreaterThan(100);
    },
  );
});
