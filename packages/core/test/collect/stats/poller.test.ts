import { describe, expect, test } from '@jest/globals';
import type { ContainerStat, SinkNeed } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import type { ContainerDirectory } from '../../../src/collect/containers.ts';
import { type Engine, EngineError } from '../../../src/collect/engine.ts';
import type { CgroupReading } from '../../../src/collect/stats/cgroup/source.ts';
import { StatPoller } from '../../../src/collect/stats/poller.ts';
import { Series } from '../../../src/collect/stats/series.ts';
import { Subjects } from '../../../src/collect/subjects.ts';
import { Taps } from '../../../src/collect/taps.ts';
import { type ContainerDetails, containerFrom } from '../../../src/decode/inspect.ts';
import { timeOfNanos } from '../../../src/decode/timestamp.ts';
import { Router } from '../../../src/route/router.ts';
import { Counters } from '../../../src/vitals/counters.ts';
import { ScriptedLane } from '../../route/scripted-lane.ts';
import { logInto, type Said } from '../../ship/lane-under-test.ts';

const intervalMs = 10_000;

/** An engine that answers every request for a sample after so long. */
class PacedEngine {
  isLocal = true;
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

/** Control groups that can be read, but for those of some containers, and know the host by a CPU time of its own. */
class ScriptedGroups {
  version: 1 | 2 | undefined = 1;
  readonly unreadable = new Set<string>();
  readonly reads: { readonly id: string; readonly atMs: number }[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  refuses({ id }: ContainerDetails): boolean {
    return this.unreadable.has(id) && this.reads.some((read) => read.id === id);
  }

  read({ id }: ContainerDetails): CgroupReading {
    const atMs = this.#clock.monotonicMs();
    this.reads.push({ id, atMs });
    if (this.unreadable.has(id)) return { kind: 'unreadable', why: 'its group is not visible' };
    const sample = {
      readAt: timeOfNanos(BigInt(Math.trunc(this.#clock.now())) * 1_000_000n),
      cpu: { usageNanos: atMs * 500_000, onlineCpus: 2 },
      systemNanos: atMs * 2_000_000,
      memory: { usageBytes: 2_000, workingSetBytes: 2_000 },
    };
    return { kind: 'sample', sample };
  }
}

interface Circumstances {
  readonly containers?: number;
  readonly answerMs?: number;
  readonly isPodman?: boolean;
  readonly reader?: 'auto' | 'engine' | 'cgroup';
  readonly isLocal?: boolean;
  /** Of the control groups that are mounted. */
  readonly version?: 1 | 2 | 'none';
  /** What the sink asks for. */
  readonly needs?: readonly SinkNeed[];
}

function polled({
  containers = 20,
  answerMs = 15,
  isPodman = false,
  reader = 'engine',
  isLocal = true,
  version = 1,
  needs = [],
}: Circumstances = {}) {
  const clock = new VirtualClock();
  const engine = new PacedEngine(clock, answerMs);
  engine.isLocal = isLocal;
  const groups = new ScriptedGroups(clock);
  groups.version = version === 'none' ? undefined : version;
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
  const lane = new ScriptedLane('all', { needs });
  const on = { enabled: true };
  const router = new Router({
    select: { mode: 'all', include: [], exclude: [] },
    collect: {
      logs: { ...on, startAt: 'now', reader: 'auto', rm: 'engine', maxLineBytes: 1_000, count: [] },
      stats: { ...on, intervalMs, reader },
      events: { ...on, exclude: [] },
      labelOverrides: true,
    },
    lanes: [{ lane, include: [], exclude: [] }],
  });
  const said: Said[] = [];
  const counters = new Counters();
  const subjects = new Subjects({
    host: 'quay',
    fields: {},
    labels: [],
    labelOverrides: true,
    router,
  });
  const taps = new Taps(logInto(said));
  const takeLogCounts = () => ({ lines: 0, bytes: 0, stderrLines: 0 });
  const poller = new StatPoller({
    // Only asked for samples.
    engine: engine as Partial<Engine> as Engine,
    cgroup: groups,
    reader,
    rawLanes: needs.length > 0 ? ['all'] : [],
    directory,
    subjects,
    series: new Series({ directory, subjects, clock, counters, taps, isPodman, takeLogCounts }),
    clock,
    log: logInto(said),
    counters,
    intervalMs,
    connected: async () => {},
  });
  const stopping = new AbortController();
  const running = poller.run(stopping.signal).catch(() => {});
  const stop = async () => {
    stopping.abort();
    await running;
  };
  const stats = () =>
    lane.taken.filter((record): record is ContainerStat => record.kind === 'stat');
  return { clock, engine, groups, said, counters, stats, stop };
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

    const warnings = said.filter(({ level }) => level === 'warn');
    expect(warnings[0]).toMatchObject({ fields: { intervalMs, unanswered: 2 } });
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

describe('the reader of stats', () => {
  const idOf = (n: number) => String(n).padStart(64, '0');
  const infos = (said: readonly Said[]) => said.filter(({ level }) => level === 'info');

  test('auto takes the control groups, and does not ask the engine', async () => {
    const { clock, engine, said, stats, stop } = polled({ reader: 'auto' });

    await clock.advance(intervalMs);

    expect(engine.asked).toEqual([]);
    expect(new Set(stats().map(({ container }) => container.id)).size).toBe(20);
    expect(infos(said)).toEqual([
      {
        level: 'info',
        message:
          'Stats are read from the control groups, and through the engine where these do not do.',
        fields: { reader: 'auto', cgroup: 1, fromFiles: 20, fromEngine: 0, why: [] },
      },
    ]);
    await stop();
  });

  test('auto says that the engine is asked where no container can be read otherwise', async () => {
    const { clock, groups, said, stop } = polled({ reader: 'auto', containers: 2 });
    groups.unreadable.add(idOf(0)).add(idOf(1));

    await clock.advance(intervalMs - 1);

    expect(infos(said)).toEqual([
      {
        level: 'info',
        message: 'Stats are read through the engine.',
        fields: { reader: 'auto', why: ['its group is not visible'] },
      },
    ]);
    await stop();
  });

  test('auto asks the engine for a container whose group cannot be read, in the same interval', async () => {
    const { clock, engine, groups, said, stats, stop } = polled({ reader: 'auto' });
    groups.unreadable.add(idOf(3));

    await clock.advance(intervalMs - 1);

    expect(engine.asked.map(({ id }) => id)).toEqual([idOf(3)]);
    expect(stats()).toHaveLength(20);
    expect(infos(said)[0]?.fields).toMatchObject({
      fromFiles: 19,
      fromEngine: 1,
      why: ['its group is not visible'],
    });
    await stop();
  });

  test('auto goes over to the engine without a gap where a group vanishes, and back, with true percentages', async () => {
    const { clock, groups, stats, stop } = polled({ reader: 'auto', containers: 1, answerMs: 0 });
    await clock.advance(intervalMs * 2);
    groups.unreadable.add(idOf(0));
    await clock.advance(intervalMs * 2);
    groups.unreadable.clear();
    await clock.advance(intervalMs * 2);

    const figures = stats().map(({ cpu, memory }) => [memory.usageBytes, cpu.percent]);
    expect(figures).toEqual([
      [2_000, undefined],
      [2_000, 50],
      [2_000, 50],
      [1_000, 50],
      [1_000, 50],
      [2_000, 50],
      [2_000, 50],
    ]);
    await stop();
  });

  test.each([
    [{ isLocal: false }, 'the engine is not reached by a socket of this host'],
    [{ version: 'none' as const }, 'no control groups are mounted here'],
  ])('auto asks the engine alone where %j', async (circumstances, why) => {
    const { clock, engine, groups, said, stop } = polled({ reader: 'auto', ...circumstances });

    await clock.advance(intervalMs - 1);

    expect(groups.reads).toEqual([]);
    expect(engine.asked).toHaveLength(20);
    expect(infos(said)).toEqual([
      {
        level: 'info',
        message: 'Stats are read through the engine.',
        fields: { reader: 'auto', why },
      },
    ]);
    await stop();
  });

  test('auto asks the engine for what goes to a sink that wants its own samples', async () => {
    const circumstances = { reader: 'auto', needs: ['rawStats'], containers: 2 } as const;
    const { clock, groups, stats, stop } = polled(circumstances);

    await clock.advance(intervalMs - 1);

    expect(groups.reads).toEqual([]);
    expect(stats().map(({ raw }) => typeof raw)).toEqual(['object', 'object']);
    await stop();
  });

  test('cgroup never asks the engine, and says at the start which sinks miss its samples', async () => {
    const circumstances = { reader: 'cgroup', needs: ['rawStats'], containers: 2 } as const;
    const { clock, engine, said, stats, stop } = polled(circumstances);

    await clock.advance(intervalMs - 1);

    expect(engine.asked).toEqual([]);
    expect(stats().map((stat) => 'raw' in stat)).toEqual([false, false]);
    expect(said.filter(({ level }) => level === 'warn')).toMatchObject([
      { fields: { sinks: ['all'] } },
    ]);
    await stop();
  });

  test('cgroup says once what to do about a container that it cannot read, and counts', async () => {
    const { clock, groups, said, counters, stats, stop } = polled({ reader: 'cgroup' });
    groups.unreadable.add(idOf(5));

    await clock.advance(intervalMs * 5 - 1);

    expect(said.filter(({ level }) => level === 'warn')).toMatchObject([
      {
        message: 'The stats of a container cannot be read.',
        fields: {
          container: 'c5',
          why: 'its group is not visible',
          advice: expect.stringContaining('-v /sys/fs/cgroup:/sys/fs/cgroup:ro'),
        },
      },
    ]);
    expect(counters.snapshot()).toMatchObject({ stat_failures: 4, stat_samples: 95 });
    expect(stats()).toHaveLength(95);
    await stop();
  });

  test('cgroup says nothing of a single miss, and nothing twice', async () => {
    const { clock, groups, said, counters, stop } = polled({ reader: 'cgroup', containers: 1 });
    const warnings = () => said.filter(({ level }) => level === 'warn').length;
    const seen: number[] = [];
    for (const isReadable of [false, true, false, false, true, false, false]) {
      if (isReadable) groups.unreadable.clear();
      else groups.unreadable.add(idOf(0));
      await clock.advance(seen.length === 0 ? intervalMs - 1 : intervalMs);
      seen.push(warnings());
    }

    expect(seen).toEqual([0, 0, 0, 1, 1, 1, 1]);
    expect(counters.snapshot()).toMatchObject({ stat_failures: 3 });
    await stop();
  });

  test('reads a few containers at a time, over most of the interval', async () => {
    const { clock, groups, stop } = polled({ reader: 'auto', containers: 200 });
    await clock.advance(intervalMs - 1);
    groups.reads.length = 0;

    await clock.advance(intervalMs);

    const times = Map.groupBy(groups.reads, ({ atMs }) => atMs - intervalMs);
    expect([...times.keys()]).toEqual(Array.from({ length: 25 }, (_, n) => n * 320));
    expect([...times.values()].map(({ length }) => length)).toEqual(Array(25).fill(8));
    await stop();
  });
});
