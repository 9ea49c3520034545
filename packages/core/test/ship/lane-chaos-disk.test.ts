import { expect, test } from '@jest/globals';
import { expectBalanced, VirtualClock } from '@tallyman/testkit';
import fc from 'fast-check';
import { Lane } from '../../src/ship/lane.ts';
import { type Answer, ChaosSink, losslessScript, script } from './chaos-sink.ts';
import { FakeDisk, FakeSpool, type Weather } from './fake-spool.ts';
import { logInto, type Manners, settingsFor } from './lane-under-test.ts';
import { PositionsBook } from './positions-book.ts';
import { line, markAt, numberOf, record } from './records.ts';

type Step =
  | { readonly events: readonly number[] }
  | { readonly container: string; readonly lines: readonly number[]; readonly age: Age }
  | { readonly advanceMs: number };
type Age = 'live' | 'history';

/** One life of the agent, until it is stopped or killed. */
interface Life {
  readonly answers: readonly Answer[];
  readonly weather: readonly Weather[];
  readonly steps: readonly Step[];
  readonly end: 'kill' | 'stop';
  readonly patienceMs: number;
  /** How many steps old the positions are that the next life finds. */
  readonly unsavedSteps: number;
}

const containers = ['a', 'b'];
const longestChunkBytes = 5 * 600;

const step = fc.oneof(
  fc.record({ events: fc.array(fc.integer({ min: 150, max: 600 }), { maxLength: 4 }) }),
  fc.record({
    container: fc.constantFrom(...containers),
    lines: fc.array(fc.integer({ min: 300, max: 600 }), { maxLength: 5 }),
    age: fc.constantFrom<Age>('live', 'live', 'live', 'history'),
  }),
  fc.record({ advanceMs: fc.integer({ min: 0, max: 3_000 }) }),
);

const weather = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 800 }).map((ms) => ({ does: 'well', ms })) },
  { weight: 1, arbitrary: fc.constantFrom('full', 'fail', 'die', 'damage').map(badly) },
) as fc.Arbitrary<Weather>;

function badly(does: 'full' | 'fail' | 'die' | 'damage'): Weather {
  return { does };
}

const life: fc.Arbitrary<Life> = fc.record({
  answers: losslessScript,
  weather: fc.array(weather, { maxLength: 20 }),
  steps: fc.array(step, { maxLength: 20 }),
  end: fc.constantFrom('kill' as const, 'stop' as const),
  patienceMs: fc.integer({ min: 0, max: 3_000 }),
  unsavedSteps: fc.integer({ min: 0, max: 3 }),
});

const manners = fc.record({
  batch: fc.record({
    maxRecords: fc.integer({ min: 1, max: 6 }),
    maxBytes: fc.integer({ min: 300, max: 3_000 }),
    maxWaitMs: fc.constantFrom(0, 100, 5_000),
  }),
  queue: fc.record({
    memoryBytes: fc.integer({ min: 2_500, max: 10_000 }),
    inFlightBytes: fc.integer({ min: 300, max: 8_000 }),
    concurrency: fc.integer({ min: 1, max: 4 }),
    ordered: fc.boolean(),
  }),
  retry: fc.record({ attemptTimeoutMs: fc.integer({ min: 200, max: 2_000 }) }),
});

/** What {@link World} does with a lane and its spool. */
interface Run {
  readonly lane: Lane;
  readonly sink: ChaosSink;
  readonly spool: FakeSpool;
  readonly clock: VirtualClock;
  readonly check: () => void;
  readonly offer: (sizes: readonly number[]) => void;
  readonly offerLog: (container: string, sizes: readonly number[], age: Age) => void;
}

/** What outlives the lane: the disk, the positions, the engine with its logs, and the destination. */
class World {
  readonly disk: FakeDisk;
  positions = new PositionsBook();
  readonly lines = new Map(containers.map((container) => [container, 0]));
  readonly arrived = new Set<string>();
  readonly events: string[] = [];
  /** All that was on disk when a life ended. */
  readonly #kept = new Set<string>();
  /** Dropped by the lanes, and gone with them: at most so many events need not arrive. */
  lost = 0;
  /** By the lanes. */
  dropped = 0;
  readonly #manners: Manners;
  readonly #mayDrop: 'events' | 'anything';

  constructor(manners: Manners, diskBytes: number, mayDrop: 'events' | 'anything' = 'events') {
    this.#manners = manners;
    this.#mayDrop = mayDrop;
    this.disk = new FakeDisk(diskBytes);
  }

  async live({ answers, weather, steps, end, patienceMs, unsavedSteps }: Life) {
    const run = this.#begin(answers, weather);
    const saved = [this.positions.copy()];
    for (const each of steps) {
      if ('advanceMs' in each) await run.clock.advance(each.advanceMs);
      else if ('events' in each) run.offer(each.events);
      else run.offerLog(each.container, each.lines, each.age);
      run.check();
      saved.push(this.positions.copy());
    }
    if (end === 'stop') {
      await this.#stop(run, patienceMs);
      saved.push(this.positions);
    }
    run.spool.crash();
    for (const id of this.disk.ids) this.#kept.add(id);
    const { heldRecords, storedRecords } = run.lane.vitals();
    if (end === 'stop') expect(storedRecords).toBeLessThanOrEqual(this.disk.ids.length);
    const { not_rereadable: dropped = 0 } = run.lane.account().dropped;
    this.dropped += dropped;
    this.lost += heldRecords - storedRecords + dropped;
    const unsaved = end === 'stop' ? 0 : unsavedSteps;
    this.positions = (saved.at(-1 - unsaved) ?? saved[0] ?? this.positions).copy();
    return { acknowledged: run.sink.acknowledged, account: run.lane.account() };
  }

  /** A last life in which all goes well. */
  async settle(): Promise<void> {
    const run = this.#begin([], []);
    await run.clock.advance(600_000);
    run.check();

    const { held, dropped } = run.lane.account();
    expect({ held, dropped }).toEqual({ held: 0, dropped: {} });
    for (const container of containers) run.offerLog(container, [400], 'history');
    await run.clock.advance(600_000);
    run.check();
    expect(run.lane.state().status).toBe('healthy');
    expect(run.lane.vitals()).toMatchObject({ heldBytes: 0, heldRecords: 0, storedRecords: 0 });
    expect(this.disk.ids).toEqual([]);
    await run.lane.room('history', new AbortController().signal);
    for (const [container, end] of this.lines)
      expect(this.positions.deliveredAt(container)).toBe(end - 1);
    expect(run.clock.pending).toBe(0);
  }

  /** The numbers of what a sink acknowledged, of each log and of all that is no log, in the order in which it did. */
  ordersOf(acknowledged: readonly string[]): readonly (readonly number[])[] {
    const isEvent = (id: string) => !id.includes(':');
    const logs = containers.map((container) =>
      acknowledged.filter((id) => id.startsWith(`${container}:`)),
    );
    return [...logs, acknowledged.filter(isEvent)].map((ids) => ids.map(numberOf));
  }

  /** Every line arrived, and every event that was not given up. */
  expectNothingLost(): void {
    const notKept = [...this.#kept].filter((id) => !this.#isThere(id));
    expect(notKept.filter((id) => !this.events.includes(id))).toEqual([]);
    expect(notKept.length).toBeLessThanOrEqual(this.dropped);
    const missing = this.events.filter((id) => !this.#isThere(id));
    expect(missing.length).toBeLessThanOrEqual(this.lost);
    for (const [container, end] of this.lines) this.#expectThere(container, end);
  }

  #begin(answers: readonly Answer[], weather: readonly Weather[]): Run {
    const clock = new VirtualClock();
    const sink = new ChaosSink(answers, this.#manners.queue?.ordered === true, clock, () => {
      this.#note(sink);
    });
    const spool = new FakeSpool(this.disk, clock, weather);
    const settings = settingsFor(sink, { ...this.#manners, kinds: ['log', 'event'] });
    const broken: unknown[] = [];
    const log = logInto({ push: () => keep(() => expectBalanced(lane.account())) });
    const { positions } = this;
    const state = { positions, spool };
    const lane = new Lane(settings, { clock, log, random: () => 0.5, state });
    // Thrown from within a log line it would be the lane that fails.
    const keep = (look: () => void) => {
      try {
        look();
      } catch (error) {
        broken.push(error);
      }
    };
    for (const container of containers)
      this.lines.set(container, positions.storedAt(container) + 1);
    lane.start();
    const check = () => {
      this.#note(sink);
      expect(broken).toEqual([]);
      expectBalanced(lane.account());
      const bound = Math.max(settings.queue.memoryBytes, longestChunkBytes);
      expect(lane.vitals().heldBytes).toBeLessThanOrEqual(bound);
      if (this.#mayDrop === 'events') this.#expectHonestPositions();
    };
    const offer = (sizes: readonly number[]) => {
      const first = this.events.length;
      const records = sizes.map((bytes, index) => record(String(first + index), bytes));
      this.events.push(...records.map(({ id }) => id));
      lane.offer(records);
    };
    const offerLog = (container: string, sizes: readonly number[], age: Age) => {
      const first = this.lines.get(container) ?? 0;
      const records = sizes.map((bytes, index) => line(container, first + index, bytes));
      const mark = markAt(container, first + sizes.length - 1);
      if (lane.offerLog({ records, mark }, age)) this.lines.set(container, first + sizes.length);
    };
    return { lane, sink, spool, clock, check, offer, offerLog };
  }

  async #stop(run: Run, patienceMs: number): Promise<void> {
    const deadline = new AbortController();
    let isStopped = false;
    const stopped = run.lane.stop({ deadline: deadline.signal }).then(() => {
      isStopped = true;
    });
    await run.clock.advance(patienceMs);
    deadline.abort();
    await run.clock.advance(2_000);
    expect(isStopped).toBe(true);
    await stopped;
    run.check();
  }

  #note(sink: ChaosSink): void {
    for (const id of sink.acknowledged) this.arrived.add(id);
  }

  /** What a position has passed has arrived; or, where it is only stored, is on disk. */
  #expectHonestPositions(): void {
    const onDisk = new Set(this.disk.ids);
    for (const container of containers) {
      this.#expectThere(container, this.positions.deliveredAt(container) + 1);
      this.#expectThere(container, this.positions.storedAt(container) + 1, onDisk);
    }
  }

  #expectThere(container: string, end: number, onDisk: ReadonlySet<string> = new Set()): void {
    const ids = Array.from({ length: end }, (_, number) => line(container, number).id);
    const missing = ids.filter((id) => !this.#isThere(id) && !onDisk.has(id));
    expect(missing.map(numberOf)).toEqual([]);
  }

  #isThere(id: string): boolean {
    return this.arrived.has(id) || this.disk.damaged.has(id);
  }
}

test('delivers every line at least once, and all that was on disk, through any faults, stops and kills', async () => {
  const lives = fc.array(life, { minLength: 1, maxLength: 4 });
  const diskBytes = fc.integer({ min: 0, max: 20_000 });
  await fc.assert(
    fc.asyncProperty(lives, manners, diskBytes, async (lives, manners, diskBytes) => {
      const world = new World(manners, diskBytes);

      for (const each of lives) await world.live(each);
      await world.settle();

      world.expectNothingLost();
    }),
    { numRuns: 300 },
  );
});

test('keeps the order of each log, and of what is no log, through memory and disk', async () => {
  // It stops once all is delivered: what comes again in a second life has an order of its own.
  const long = life.map((one): Life => {
    const answers = one.answers.filter(({ does }) => does !== 'partial');
    return { ...one, answers, end: 'stop', patienceMs: 600_000 };
  });
  const diskBytes = fc.integer({ min: 0, max: 20_000 });
  await fc.assert(
    fc.asyncProperty(long, manners, diskBytes, async (one, manners, diskBytes) => {
      const queue = { ...manners.queue, ...(!manners.queue.ordered && { concurrency: 1 }) };
      const world = new World({ ...manners, queue }, diskBytes);

      const { acknowledged } = await world.live(one);

      for (const order of world.ordersOf(acknowledged))
        expect(order).toEqual(order.toSorted((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
});

test('accounts for every record under every policy, whatever sink and disk do', async () => {
  const rude = fc.tuple(life, script).map(([one, answers]): Life => {
    const steps = [...one.steps, { advanceMs: 3_600_000 }];
    return { ...one, steps, answers, end: 'stop' };
  });
  const whenFull = fc.constantFrom('wait' as const, 'drop_oldest' as const, 'drop_newest' as const);
  const diskBytes = fc.integer({ min: 0, max: 6_000 });
  await fc.assert(
    fc.asyncProperty(rude, manners, whenFull, diskBytes, async (one, manners, whenFull, bytes) => {
      const queue = { ...manners.queue, whenFull };
      const world = new World({ ...manners, queue }, bytes, 'anything');

      const { acknowledged, account } = await world.live(one);

      expect(account).toMatchObject({ held: 0, delivered: acknowledged.length });
      expect(new Set(acknowledged).size).toBe(acknowledged.length);
      expect(world.disk.ids).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
