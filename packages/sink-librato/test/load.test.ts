import { expect, test } from '@jest/globals';
import { batchOf, containerOf, fullStatRecord, timeAt } from './records.ts';
import { never, receiverWith, sinkFor } from './sink-under-test.ts';

const containers = Array.from({ length: 300 }, (_, at) => containerOf(`shop-web-${at}`));

test.each([
  ['measurements', 22, 500],
  ['metrics', 35, 300],
] as const)(
  '300 containers with all an engine can say are %s in %i requests of at most %i',
  async (api, requests, most) => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url, { api });
    const samplesAt = (offsetMs: number) =>
      batchOf(containers.map((container) => fullStatRecord({ container, time: timeAt(offsetMs) })));
    await under.sink.write(samplesAt(0), never);
    receiver.clear();

    await under.sink.write(samplesAt(10_000), never);

    const { batches, points } = receiver.ledger();
    expect(points).toHaveLength(300 * 35);
    expect(batches).toHaveLength(requests);
    expect(Math.max(...batches.map(({ measurements }) => measurements))).toBeLessThanOrEqual(most);
    expect(receiver.counts()).toMatchObject({ oversizedBatches: 0, connections: 0, refusals: 0 });
  },
);
