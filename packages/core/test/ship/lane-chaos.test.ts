import { expect, test } from '@jest/globals';
import { expectBalanced, VirtualClock } from '@tallyman/testkit';
import fc from 'fast-check';
import { Lane } from '../../src/ship/lane.ts';
import { type Answer, ChaosSink, script, wholeScript } from './chaos-sink.ts';
import { logInto, type Manners, settingsFor } from './lane-under-test.ts';
import { PositionsBook } from './positions-book.ts';
import { line, markAt, numberOf, record } from './records.ts';

type Step =
  | { readonly offer: readonly number[] }
  | { readonly offerLog: readonly number[] }
  | { readonly advanceMs: number }
  /** To another sink, which the old one may keep waiting for so long. */
  | { readonly changeWithinMs: number };

const longestChunkBytes = 3 * 600;

const steps = fc.array(
  fc.oneof(
    fc.record({ offer: fc.array(fc.integer({ min: 150, max: 600 }), { maxLength: 12 }) }),
    fc.record({ offerLog: fc.array(fc.integer({ min: 300, max: 600 }), { maxLength: 3 }) }),
    fc.record({ advanceMs: fc.integer({ min: 0, max: 5_000 }) }),
    fc.record({ changeWithinMs: fc.integer({ min: 0, max: 2_000 }) }),
  ),
  { maxLength: 25 },
);

const manners = fc.record({
  batch: fc.record({
    maxRecords: fc.integer({ min: 1, max: 6 }),
    maxBytes: fc.integer({ min: 300, max: 3_000 }),
    maxWaitMs: fc.constantFrom(0, 100),
  }),
  queue: fc.record({
    memoryBytes: fc.integer({ min: 500, max: 8_000 }),
    inFlightBytes: fc.integer({ min: 300, max: 4_000 }),
    whenFull: fc.constantFrom('wait', 'drop_oldest', 'drop_newest'),
    concurrency: fc.integer({ min: 1, max: 4 }),
    ordered: fc.boolean(),
  }),
  retry: fc.record(
    {
      attemptTimeoutMs: fc.integer({ min: 200, max: 2_000 }),
      giveUpAfterMs: fc.integer({ min: 500, max: 20_000 }),
    },
    { requiredKeys: ['attemptTimeoutMs'] },
  ),
});

/** Runs a lane through the steps; the law is checked after each, in each write and in each log line. */
async function voyage(answers: readonly Answer[], manners: Manners, course: readonly Step[]) {
  const clock = new VirtualClock();
  const broken: unknown[] = [];
  const sink = new ChaosSink(answers, manners.queue?.ordered === true, clock, () => check());
  const sinks = [sink];
  const settings = settingsFor(sink, {
    batch: manners.batch,
    queue: manners.queue,
    retry: manners.retry,
    kinds: ['log', 'event'],
  });
  const log = logInto({ push: () => check() });
  const positions = new PositionsBook();
  const lane = new Lane(settings, { clock, log, random: () => 0.5, state: { positions } });
  // A single larger batch may go alone.
  const largestInFlight = Math.max(settings.queue.inFlightBytes, settings.batch.maxBytes, 600);
  const expectLawful = () => {
    expectBalanced(lane.account());
    const { heldBytes, inFlightBytes } = lane.vitals();
    expect(heldBytes).toBeLessThanOrEqual(Math.max(settings.queue.memoryBytes, longestChunkBytes));
    expect(inFlightBytes).toBeLessThanOrEqual(largestInFlight);
  };
  // Kept for the end: thrown from within a log line or a write it would be the lane that fails.
  const check = () => {
    try {
      expectLawful();
    } catch (error) {
      broken.push(error);
    }
  };
  let [next, taken, lines] = [0, 0, 0];
  lane.start();
  for (const step of course) {
    if ('advanceMs' in step) await clock.advance(step.advanceMs);
    else if ('changeWithinMs' in step) {
      const next = sink.successor(3);
      sinks.push(next);
      const deadline = new AbortController();
      clock.after(step.changeWithinMs, () => deadline.abort());
      void lane.change({ ...settings, sink: next }, { deadline: deadline.signal });
    } else if ('offerLog' in step) {
      const records = step.offerLog.map((bytes, index) => line('a', lines + index, bytes));
      lines += records.length;
      const chunk = { records, mark: markAt('a', lines - 1) };
      if (lane.offerLog(chunk, 'live')) taken += records.length;
    } else {
      lane.offer(step.offer.map((bytes, index) => record(String(next + index), bytes)));
      next += step.offer.length;
      taken += step.offer.length;
    }
    check();
  }
  const expectKept = () => {
    expectLawful();
    expect(broken).toEqual([]);
  };
  const calm = () => {
    for (const each of sinks) each.calm();
  };
  return { lane, sink, sinks, calm, clock, positions, offered: taken, expectKept };
}

test('accounts for every record at every moment, and delivers none again that was acknowledged', async () => {
  await fc.assert(
    fc.asyncProperty(script, manners, steps, async (answers, manners, course) => {
      const { lane, sink, calm, clock, positions, offered, expectKept } = await voyage(
        answers,
        manners,
        course,
      );
      await clock.advance(3_600_000);
      expectKept();

      const { delivered, held, offered: counted } = lane.account();
      expect(counted).toBe(offered);
      expect(held).toBe(0);
      expect(delivered).toBe(sink.acknowledged.length);
      expect(new Set(sink.acknowledged).size).toBe(sink.acknowledged.length);
      expect(lane.vitals()).toMatchObject({ heldBytes: 0, inFlightBytes: 0 });
      expect(positions.deliveredAt('a')).toBe(positions.storedAt('a'));
      expect(clock.pending).toBe(0);
      calm();
      lane.offer([record('one more')]);
      await clock.advance(100_000);
      expect(lane.state().status).toBe('healthy');
    }),
    { numRuns: 400 },
  );
});

test('keeps the order through any failures, one write at a time and ordered', async () => {
  await fc.assert(
    fc.asyncProperty(wholeScript, manners, steps, async (answers, manners, course) => {
      const queue = { ...manners.queue, ...(!manners.queue.ordered && { concurrency: 1 }) };
      const { sink, clock } = await voyage(answers, { ...manners, queue }, course);
      await clock.advance(3_600_000);

      const isLine = (id: string) => id.startsWith('a:');
      for (const isMeant of [isLine, (id: string) => !isLine(id)]) {
        const order = sink.acknowledged.filter(isMeant).map(numberOf);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 400 },
  );
});

test('stops at any moment by its deadline, in balance, the sink closed once and nothing left running', async () => {
  const patience = fc.integer({ min: 0, max: 3_000 });
  await fc.assert(
    fc.asyncProperty(
      script,
      manners,
      steps,
      patience,
      async (answers, manners, course, patienceMs) => {
        const { lane, sink, sinks, clock, expectKept } = await voyage(answers, manners, course);
        const deadline = new AbortController();
        let isStopped = false;

        const stopped = lane.stop({ deadline: deadline.signal }).then(() => {
          isStopped = true;
        });
        await clock.advance(patienceMs);
        deadline.abort();
        await clock.advance(2_000);

        expect(isStopped).toBe(true);
        await stopped;
        expectKept();
        expect(lane.account().delivered).toBe(sink.acknowledged.length);
        expect(sinks.map(({ closed }) => closed)).toEqual(sinks.map(() => 1));
        expect(clock.pending).toBe(0);
      },
    ),
    { numRuns: 400 },
  );
});
