import { describe, expect, test } from '@jest/globals';
import type { ContainerStat } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import type { ContainerDirectory } from '../../../src/collect/containers.ts';
import { type Engine, EngineError } from '../../../src/collect/engine.ts';
import { StatPoller } from '../../../src/collect/stats/poller.ts';
import { Subjects } from '../../../src/collect/subjects.ts';
import { containerFrom } from '../../../src/decode/inspect.ts';
import { timeOfNanos } from '../../../src/decode/timestamp.ts';
import { Router } from '../../../src/route/router.ts';
import { Counters } from '../../../src/vitals/counters.ts';
import { ScriptedLane } from '../../route/scripted-lane.ts';
import { logInto, type Said } from '../../ship/lane-under-test.ts';

const intervalMs = 10_000;

/** An engine that answers every request for a sample after so long. */
class PacedEngine {
  readonly asked: { readonly id: string; readonly atMs: number }[] = [];
  readonly hangs = new Set<string>();
  readonly #clock: VirtualClock;
  answerMs: number;
  sample: (() => unknown) | undefined;
  underWay = 0;
  mostUnderWay = 0;

  constructor(clock: VirtualClock, answerMs: number) {
    this.#clock = clock;
    this.answerMs = answerMs;
  }

  async stats(id: string, signal: AbortSignal): Promise<unknown> {
    this.asked.push({ id, atMs: this.#clock.monotonicMs() });
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    const answerMs = this.hangs.has(id) ? 1e9 : this.answerMs;
    await this.#clock.sleep(answerMs, signal).finally(() => this.underWay--);
    return this.sample ? this.sample() : this.#running();
  }

  #running(): unknown {
    const nanos = BigInt(this.#clock.now()) * 1_000_000n;
    return {
      read: timeOfNanos(nanos),
      cpu_stats: { cpu_usage: { total_usage: this.#clock.monotonicMs() * 500_000 } },
      memory_stats: { usage: 1_000 },
    };
  }
}

function polled({ containers = 20, answerMs = 15, isPodman = false } = {}) {
  const clock = new VirtualClock();
  const engine = new PacedEngine(clock, answerMs);
  const all = Array.from({ length: containers }, (_, n) =>
    containerFrom({
      Id: String(n).padStart(64, '0'),
      Name: `/c${n}`,
      State: { Running: true, Status: 'running' },
    }),
  );
  const directory: ContainerDirectory = {
    all: () => all,
    get: (id) => all.find((container) => container.id === id),
    refresh: async (id) => all.find((container) => container.id === id),
  };
  const lane = new ScriptedLane('all');
  const on = { enabled: true };
  const router = new Router({
    select: { mode: 'all', include: [], exclude: [] },
    collect: {
      logs: { ...on, startAt: 'now', reader: 'auto', rm: 'engine', maxLineBytes: 1_000, count: [] },
      stats: { ...on, intervalMs },
      events: { ...on, exclude: [] },
      labelOverrides: true,
    },
    lanes: [{ lane, include: [], exclude: [] }],
  });
  const said: Said[] = [];
  const counters = new Counters();
  const poller = new StatPoller({
    // Only asked for samples.
    engine: engine as Partial<Engine> as Engine,
    directory,
    subjects: new Subjects({ host: 'quay', fields: {}, labels: [], labelOverrides: true, router }),
    clock,
    log: logInto(said),
    counters,
    intervalMs,
    isPodman,
    connected: async () => {},
    takeLogCounts: () => ({ lines: 0, bytes: 0, stderrLines: 0 }),
  });
  const stopping = new AbortController();
  const running = poller.run(stopping.signal).catch(() => {});
  const stop = async () => {
    stopping.abort();
    await running;
  };
  const stats = () =>
    lane.taken.filter((record): record is ContainerStat => record.kind === 'stat');
  return { clock, engine, said, counters, stats, stop };
}

describe('the pace of the stats poller', () => {
  test('an engine that answers at once is asked evenly over most of the interval', async () => {
    const { clock, engine, stop } = polled({ containers: 20, answerMs: 15 });
    await clock.advance(intervalMs - 1);
    engine.asked.length = 0;
    engine.mostUnderWay = 0;

    await clock.advance(intervalMs);

    const times = engine.asked.map(({ atMs }) => atMs - intervalMs);
    expect(times).toEqual(Array.from({ length: 20 }, (_, n) => n * 400));
    expect(engine.mostUnderWay).toBe(1);
    await stop();
  });

  test('an engine that makes each request wait for its tick is asked for all at once', async () => {
    const { clock, engine, stop } = polled({ containers: 200, answerMs: 1_000 });
    await clock.advance(intervalMs - 1);
    engine.asked.length = 0;

    await clock.advance(1_500);

    expect(engine.asked).toHaveLength(200);
    expect(new Set(engine.asked.map(({ atMs }) => atMs))).toEqual(new Set([intervalMs]));
    await stop();
  });

  test('a fast engine is never asked more than eight things at once', async () => {
    const { clock, engine, stop } = polled({ containers: 400, answerMs: 15 });
    await clock.advance(intervalMs);
    engine.answerMs = 240;
    engine.mostUnderWay = 0;

    await clock.advance(intervalMs - 1);

    expect(engine.mostUnderWay).toBe(8);
    await stop();
  });

  test('an engine that turns out to be slow is asked for all the rest together, still in the first interval', async () => {
    const { clock, engine, stop } = polled({ containers: 200, answerMs: 5 });
    await clock.advance(0);
    engine.answerMs = 1_000;

    await clock.advance(intervalMs - 1);

    expect(new Set(engine.asked.map(({ id }) => id)).size).toBe(200);
    expect(engine.mostUnderWay).toBeGreaterThan(150);
    await stop();
  });

  test('where sampling takes longer than the interval, it says so and asks for nothing twice', async () => {
    const { clock, engine, said, stop } = polled({ containers: 2, answerMs: 25_000 });

    await clock.advance(60_000);

    expect(said[0]).toMatchObject({ level: 'warn', fields: { intervalMs, unanswered: 2 } });
    expect(engine.mostUnderWay).toBe(2);
    await stop();
  });

  test.each([0, 1, 19])(
    'container %i that hangs takes no sample from the others',
    async (hangs) => {
      const { clock, engine, stop } = polled({ containers: 20, answerMs: 15 });
      engine.hangs.add(String(hangs).padStart(64, '0'));

      await clock.advance(intervalMs * 10);

      const asked = Map.groupBy(engine.asked, ({ id }) => Number(id));
      for (const [container, times] of asked)
        expect(times.length).toBeGreaterThanOrEqual(container === hangs ? 3 : 9);
      expect(asked.size).toBe(20);
      await stop();
    },
  );
});

describe('the samples of the stats poller', () => {
  test('the first has no percentage, later ones have, over the window since the last', async () => {
    const { clock, stats, stop } = polled({ containers: 1, answerMs: 0 });

    await clock.advance(intervalMs * 2);

    expect(stats().map(({ windowMs, cpu }) => [windowMs, cpu.percent])).toEqual([
      [0, undefined],
      [intervalMs, 50],
      [intervalMs, 50],
    ]);
    await stop();
  });

  test('one the engine has cached is not counted twice', async () => {
    const { clock, engine, stats, stop } = polled({ containers: 1, answerMs: 0 });
    engine.sample = () => ({
      read: '2025-01-01T00:00:00Z',
      cpu_stats: { cpu_usage: { total_usage: 1 } },
      memory_stats: { usage: 1 },
    });

    await clock.advance(intervalMs * 3);

    expect(stats()).toHaveLength(1);
    await stop();
  });

  test('one that never comes is given up after 30 s and counted', async () => {
    const { clock, engine, counters, stats, stop } = polled({ containers: 1, answerMs: 1e9 });

    await clock.advance(29_999);
    engine.answerMs = 0;
    await clock.advance(1);

    expect(counters.snapshot()).toMatchObject({ stat_failures: 1 });
    expect(stats().length).toBeGreaterThan(0);
    await stop();
  });

  test('one of a container that is gone is no failure', async () => {
    const { clock, engine, counters, stop } = polled({ containers: 1, answerMs: 0 });
    engine.sample = () => {
      throw new EngineError('gone', 'asking for a sample: no such container');
    };

    await clock.advance(intervalMs);

    expect(counters.snapshot()).toMatchObject({ stat_failures: 0, stat_samples: 0 });
    await stop();
  });
});
