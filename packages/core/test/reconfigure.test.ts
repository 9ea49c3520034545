import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Batch, type ContainerRecord, retryable, type Sink, systemClock } from '@tallyman/sdk';
import { expectBalanced } from '@tallyman/testkit';
import { type EmbeddedContainer, EmbeddedEngine } from '@tallyman/testkit/embedded';
import fc from 'fast-check';
import type { LaneSettings } from '../src/settings.ts';
import { Agent, laneTo } from './collect/agent.ts';
import { HandSink } from './ship/lane-under-test.ts';
import { until } from './until.ts';

/** Keeps what it accepts, after a while; several may share what they keep. */
class Kept implements Sink {
  readonly records: ContainerRecord[];
  readonly #waitMs: number;
  opened = 0;
  closed = 0;
  isDown = false;

  constructor({ records = [], waitMs = 0 }: { records?: ContainerRecord[]; waitMs?: number } = {}) {
    this.records = records;
    this.#waitMs = waitMs;
  }

  get lines(): readonly string[] {
    return this.records.flatMap((record) => (record.kind === 'log' ? [record.message] : []));
  }

  async open(): Promise<void> {
    this.opened += 1;
  }

  async write({ records }: Batch, signal: AbortSignal): Promise<void> {
    if (this.#waitMs > 0) await systemClock.sleep(this.#waitMs, signal);
    if (this.isDown) throw retryable('connecting: ECONNREFUSED');
    this.records.push(...records);
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

const now = { startAt: 'now' } as const;
const onlyLogs = { events: { enabled: false } };

describe('a pipeline that goes on by other settings', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  test('leaves a lane alone whose settings are the same', async () => {
    const [kept, other] = [new Kept(), new Kept()];
    const lane = laneTo('kept', kept);
    await using agent = await Agent.connectedTo(engine, { lanes: [lane], ...onlyLogs });
    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\n');
    await until(() => kept.lines.includes('one'));
    const asked = logRequests(engine);

    await agent.reconfigure({ lanes: [laneTo('other', other), lane], ...onlyLogs });
    web.print('stdout', 'two\n');
    await until(() => kept.lines.includes('two'));

    expect(kept.lines).toEqual(['one', 'two']);
    expect([kept.opened, kept.closed]).toEqual([1, 0]);
    expect(logRequests(engine)).toBe(asked);
  });

  test('a lane that is added starts at now, the others go on', async () => {
    const [first, added] = [new Kept(), new Kept()];
    const lane = laneTo('first', first);
    let behindMs = 3_600_000;
    const clock = { ...systemClock, now: () => Date.now() - behindMs };
    await using past = await new EmbeddedEngine({ clock }).start();
    const web = past.container({ name: 'web' }).start().print('stdout', 'before\n');
    behindMs = 0;
    await using agent = await Agent.connectedTo(past, { lanes: [lane] });
    await until(() => first.lines.includes('before'));

    await agent.reconfigure({ lanes: [lane, laneTo('added', added)], logs: now });
    web.print('stdout', 'after\n');
    await until(() => [first, added].every(({ lines }) => lines.includes('after')));

    expect(first.lines).toEqual(['before', 'after']);
    expect(added.lines).toEqual(['after']);
    expect(added.opened).toBe(1);
  });

  test('tells the time as its engine does, and goes on with its own where that is silent', async () => {
    const clock = { ...systemClock, now: () => Date.now() - 3_600_000 };
    await using past = await new EmbeddedEngine({ clock }).start();
    await using agent = await Agent.connectedTo(past);

    const told = await agent.pipeline.engineTime();
    await past.stop();
    const own = await agent.pipeline.engineTime();

    const agoMs = [told, own].map((time) => Date.now() - Date.parse(time));
    expect(agoMs.map((ms) => Math.round(ms / 600_000))).toEqual([6, 6]);
  });

  test('tells the time of an engine whose clock was set while it was away', async () => {
    let behindMs = 3_600_000;
    const clock = { ...systemClock, now: () => Date.now() - behindMs };
    await using past = await new EmbeddedEngine({ clock }).start();
    await using agent = await Agent.connectedTo(past);
    const isConnected = () => agent.pipeline.engine().isConnected;

    await past.stop();
    await until(() => !isConnected());
    behindMs = 7_200_000;
    await past.start();
    await until(isConnected);
    await past.stop();
    const told = await agent.pipeline.engineTime();

    expect(Math.round((Date.now() - Date.parse(told)) / 600_000)).toBe(12);
  });

  test('a container that is created later is read from its beginning for both', async () => {
    const [first, added] = [new Kept(), new Kept()];
    const lane = laneTo('first', first);
    await using agent = await Agent.connectedTo(engine, { lanes: [lane], logs: now });

    await agent.reconfigure({ lanes: [lane, laneTo('added', added)], logs: now });
    engine.container({ name: 'web' }).start().print('stdout', 'one\ntwo\n').exit(0);
    await until(() => [first, added].every(({ lines }) => lines.includes('two')));

    expect(first.lines).toEqual(['one', 'two']);
    expect(added.lines).toEqual(['one', 'two']);
  });

  test('a lane that is removed delivers what it holds, is closed, and counts no more', async () => {
    const [kept, removed] = [new Kept(), new Kept({ waitMs: 50 })];
    const lane = laneTo('kept', kept);
    const lanes = [lane, laneTo('removed', removed)];
    await using agent = await Agent.connectedTo(engine, { lanes, ...onlyLogs });
    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\ntwo\n');
    await until(() => kept.lines.includes('two'));

    const gone = await agent.reconfigure({ lanes: [lane], ...onlyLogs });
    web.print('stdout', 'three\n');
    await until(() => kept.lines.includes('three'));

    expect(removed.lines).toEqual(['one', 'two']);
    expect(removed.closed).toBe(1);
    expect(gone.get('removed')).toEqual({
      account: { offered: 2, delivered: 2, dropped: {}, held: 0 },
      storedRecords: 0,
    });
    expect(Object.keys(agent.pipeline.accounts())).toEqual(['kept']);
  });

  test('a lane that is removed while its sink hangs holds nobody up, and what it holds is told', async () => {
    const [kept, hanging] = [new Kept(), new HandSink({ deaf: true })];
    const lane = laneTo('kept', kept);
    const lanes = [lane, laneTo('hanging', hanging)];
    await using agent = await Agent.connectedTo(engine, { lanes, ...onlyLogs });
    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\n');
    await until(() => hanging.writes.length > 0);

    const reconfigured = agent.reconfigure(
      { lanes: [lane], ...onlyLogs },
      AbortSignal.timeout(200),
    );
    web.print('stdout', 'two\n');
    await until(() => kept.lines.includes('two'));
    const gone = await reconfigured;

    expect(hanging.closed).toBe(1);
    expect(gone.get('hanging')?.account).toMatchObject({ offered: 1, delivered: 0, held: 1 });
  });

  test('where the only lane is full and another one comes, that one does not wait for it', async () => {
    const [full, added] = [new Kept(), new Kept()];
    full.isDown = true;
    const lane = laneTo('full', full, { queue: { memoryBytes: 2_000 } });
    await using agent = await Agent.connectedTo(engine, { lanes: [lane], ...onlyLogs });
    const web = engine
      .container({ name: 'web' })
      .start()
      .print('stdout', `${lineOf(0)}\n`);
    await until(() => agent.pipeline.accounts().full?.held === 1);
    for (const line of numbered(1, 50)) web.print('stdout', `${line}\n`);
    await until(() => agent.pipeline.vitals().full?.status === 'parked');

    void agent.reconfigure({
      lanes: [lane, laneTo('added', added)],
      logs: { startAt: 'beginning' },
      ...onlyLogs,
    });
    await until(() => added.lines.length === 50);
    full.isDown = false;
    await until(() => full.lines.length === 50);

    expect(added.lines).toEqual(numbered(0, 50));
    expect(full.lines).toEqual(numbered(0, 50));
  });

  test('a container that is not wanted any more is read no more; wanted again, it is read on from there', async () => {
    const sink = new Kept();
    const lanes = [laneTo('all', sink)];
    const without = { select: { mode: 'all' as const, include: [], exclude: [{ name: 'web' }] } };
    await using agent = await Agent.connectedTo(engine, { lanes, ...onlyLogs });
    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\n');
    const db = engine.container({ name: 'db' }).start().print('stdout', 'db one\n');
    await until(() => sink.lines.includes('one') && sink.lines.includes('db one'));

    await agent.reconfigure({ lanes, ...onlyLogs, settings: without });
    web.print('stdout', 'two\n');
    db.print('stdout', 'db two\n');
    await until(() => sink.lines.includes('db two'));
    expect(sink.lines).not.toContain('two');
    expect(agent.pipeline.counters().log_lines).toBe(3);
    await agent.reconfigure({ lanes, ...onlyLogs, settings: {} });
    web.print('stdout', 'three\n');
    await until(() => sink.lines.includes('three'));

    expect(agent.pipeline.counters().log_gaps).toBe(0);
    expect(sink.records.filter(({ container }) => container?.name === 'web')).toHaveLength(3);
  });

  test('a container that is wanted for the first time begins as a new one', async () => {
    const sink = new Kept();
    const lanes = [laneTo('all', sink)];
    const without = {
      select: { mode: 'all' as const, include: [], exclude: [{ name: '{old,young}' }] },
    };
    let behindMs = 3_600_000;
    const clock = { ...systemClock, now: () => Date.now() - behindMs };
    await using past = await new EmbeddedEngine({ clock }).start();
    const old = past.container({ name: 'old' }).start().print('stdout', 'old\n');
    behindMs = 0;
    const wishes = { lanes, ...onlyLogs, logs: now };
    await using agent = await Agent.connectedTo(past, { ...wishes, settings: without });
    const young = past.container({ name: 'young' }).start().print('stdout', 'young\n');
    old.print('stdout', 'since the start\n');

    await agent.reconfigure({ ...wishes, settings: {} });
    young.print('stdout', 'end\n');
    await until(() => sink.lines.includes('end') && sink.lines.includes('since the start'));

    expect(sink.lines.toSorted()).toEqual(['end', 'since the start', 'young']);
  });

  test('fields count from the next line on', async () => {
    const sink = new Kept();
    const lanes = [laneTo('all', sink)];
    await using agent = await Agent.connectedTo(engine, { lanes });
    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\n');
    await until(() => sink.lines.includes('one'));

    await agent.reconfigure({ lanes, settings: { fields: { cluster: 'eu' } } });
    web.print('stdout', 'two\n').exit(0);
    await until(() => sink.records.some(({ kind }) => kind === 'event' && sink.lines.length === 2));
    await until(() => sink.records.at(-1)?.fields.cluster === 'eu');

    const fieldsOf = (line: string) =>
      sink.records.find((record) => record.kind === 'log' && record.message === line)?.fields;
    expect(fieldsOf('one')).toEqual({});
    expect(fieldsOf('two')).toEqual({ cluster: 'eu' });
  });

  test('a longer line is cut anew, nothing is missed and nothing comes twice', async () => {
    const sink = new Kept();
    const lanes = [laneTo('all', sink)];
    await using agent = await Agent.connectedTo(engine, { lanes, ...onlyLogs });
    const web = engine.container({ name: 'web' }).start().print('stdout', 'first and long\n');
    await until(() => sink.lines.length === 1);

    await agent.reconfigure({ lanes, ...onlyLogs, logs: { maxLineBytes: 4 } });
    web.print('stdout', 'second and long\n');
    await until(() => sink.lines.length === 2);

    expect(sink.lines).toEqual(['first and long', 'seco']);
  });

  test('a container whose log cannot be read is attached to as soon as that is asked for', async () => {
    const sink = new Kept();
    const lanes = [laneTo('all', sink)];
    await using agent = await Agent.connectedTo(engine, { lanes, ...onlyLogs });
    const mute = engine.container({ name: 'mute', driver: 'none' }).start();
    await until(() => agent.said.some(({ message }) => message.includes('cannot be read')));

    await agent.reconfigure({ lanes, ...onlyLogs, logs: { reader: 'attach' } });
    await until(() => engine.requests.some((request) => request.includes('/attach')));
    await until(() => {
      mute.print('stdout', 'heard\n');
      return sink.lines.includes('heard');
    });

    expect(new Set(sink.lines)).toEqual(new Set(['heard']));
  });

  test('logs, events and stats are turned on and off', async () => {
    const sink = new Kept();
    const lanes = [laneTo('all', sink)];
    const off = { logs: { enabled: false }, events: { enabled: false }, stats: { enabled: false } };
    const stats = { enabled: true, intervalMs: 20 };
    const kinds = () => new Set(sink.records.map(({ kind }) => kind));
    await using agent = await Agent.connectedTo(engine, { lanes, ...off });
    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\n');

    const on = { logs: { enabled: true }, events: { enabled: true }, stats };
    await agent.reconfigure({ lanes, ...on });
    web.exec('true');
    await until(() => kinds().size === 3);
    await agent.reconfigure({ lanes, ...off });
    const counted = agent.pipeline.counters();
    web.exec('true').print('stdout', 'two\n');
    await agent.reconfigure({ lanes, ...off, events: { enabled: true } });
    web.exec('false', 1);
    await until(() => agent.pipeline.counters().events > counted.events);

    expect(sink.lines).toEqual(['one']);
    const later = agent.pipeline.counters();
    expect([later.stat_samples, later.log_lines]).toEqual([counted.stat_samples, 1]);
  });

  test('a sample follows on the last one, also where stats are sampled in another way', async () => {
    const sink = new Kept();
    const lanes = [laneTo('all', sink)];
    const stats = { enabled: true, intervalMs: 60_000 };
    engine.container({ name: 'web' }).start();
    await using agent = await Agent.connectedTo(engine, { lanes, stats });
    await until(() => statsOf(sink).length === 1);

    await agent.reconfigure({ lanes, stats: { ...stats, intervalMs: 20 } });
    await until(() => statsOf(sink).length > 1);

    expect(statsOf(sink)[0]?.cpu.percent).toBeUndefined();
    expect(statsOf(sink)[1]?.cpu.percent).toBeDefined();
  });

  test('patterns are counted from then on', async () => {
    const sink = new Kept();
    const lanes = [laneTo('all', sink)];
    const stats = { enabled: true, intervalMs: 20 };
    await using agent = await Agent.connectedTo(engine, { lanes, stats });
    const web = engine.container({ name: 'web' }).start().print('stdout', 'ERROR 1\n');
    await until(() => sink.lines.length === 1);

    const count = [{ name: 'errors', pattern: /ERROR/ }];
    await agent.reconfigure({ lanes, stats, logs: { count } });
    web.print('stdout', 'ERROR 2\nERROR 3\n');
    const matches = () =>
      statsOf(sink).reduce((sum, { logs }) => sum + (logs.matches?.errors ?? 0), 0);
    await until(() => matches() > 0);

    expect(matches()).toBe(2);
  });

  test('asked to stop meanwhile, it delivers and accounts for every record', async () => {
    const [kept, old, next, removed] = [1, 20, 0, 30].map((waitMs) => new Kept({ waitMs }));
    if (!kept || !old || !next || !removed) throw new Error('there are four');
    const lane = laneTo('kept', kept);
    const lanes = [lane, laneTo('changed', old), laneTo('removed', removed)];
    const agent = await Agent.connectedTo(engine, { lanes, ...onlyLogs });
    engine.container({ name: 'web' }).start().print('stdout', 'one\ntwo\n');
    await until(() => kept.lines.includes('two'));

    const reconfigured = agent.reconfigure({ lanes: [lane, laneTo('changed', next)], ...onlyLogs });
    const accounts = await agent.pipeline.stop({ deadline: AbortSignal.timeout(5_000) });
    const gone = await reconfigured;

    const all = { offered: 2, delivered: 2, dropped: {}, held: 0 };
    expect(accounts).toEqual({ kept: all, changed: all });
    expect(gone.get('removed')?.account).toEqual(all);
    expect([kept, old, next, removed].map(({ closed }) => closed)).toEqual([1, 1, 1, 1]);
  });

  test('whatever changes, and when: each lane gets each line once, in order, and accounts for all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const voyage = await Voyage.begun(engine);
        for (const each of steps) await voyage.take(each);
        await voyage.end();
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });
});

type Step =
  | { readonly does: 'print'; readonly lines: number }
  | { readonly does: 'settle' | 'wait' | 'swap the matchers' }
  | { readonly does: 'another sink'; readonly lane: number; readonly waitMs: number }
  | { readonly does: 'toggle the matcher' | 'toggle a third lane'; readonly lane: number }
  | { readonly does: 'another maximum'; readonly bytes: number }
  | { readonly does: 'down' | 'up'; readonly lane: number };

const lane = fc.integer({ min: 0, max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('print' as const), lines: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    does: fc.constantFrom('settle' as const, 'wait' as const, 'swap the matchers' as const),
  }),
  fc.record({
    does: fc.constant('another sink' as const),
    lane,
    waitMs: fc.integer({ min: 0, max: 4 }),
  }),
  fc.record({
    does: fc.constantFrom('toggle the matcher' as const, 'toggle a third lane' as const),
    lane,
  }),
  fc.record({
    does: fc.constant('another maximum' as const),
    bytes: fc.integer({ min: 1_000, max: 2_000 }),
  }),
  fc.record({ does: fc.constantFrom('down' as const, 'up' as const), lane }),
);

interface Berth {
  readonly records: ContainerRecord[];
  settings: LaneSettings;
  sink: Kept;
}

const tight = { queue: { memoryBytes: 8_000 }, retry: { firstDelayMs: 1, maxDelayMs: 5 } };
let voyages = 0;

/** One agent under one series of changes. Each of its two lanes keeps one record of what all its sinks took. */
class Voyage {
  readonly #agent: Agent;
  readonly #web: EmbeddedContainer;
  readonly #berths: readonly Berth[];
  readonly #unmatched = [{ name: 'web-*' }];
  readonly #changes: Promise<unknown>[] = [];
  #third: LaneSettings | undefined;
  #maxLineBytes = 1_000;
  #printed = 0;

  private constructor(agent: Agent, web: EmbeddedContainer, berths: readonly Berth[]) {
    this.#agent = agent;
    this.#web = web;
    this.#berths = berths;
  }

  static async begun(engine: EmbeddedEngine): Promise<Voyage> {
    const berths = ['a', 'b'].map((name) => {
      const records: ContainerRecord[] = [];
      const sink = new Kept({ records });
      return { records, sink, settings: laneTo(name, sink, tight) };
    });
    const lanes = berths.map(({ settings }) => settings);
    const agent = await Agent.connectedTo(engine, { lanes, ...onlyLogs });
    const web = engine.container({ name: `web-${++voyages}` }).start();
    return new Voyage(agent, web, berths);
  }

  async take(step: Step): Promise<void> {
    switch (step.does) {
      case 'print':
        for (const line of numbered(this.#printed, this.#printed + step.lines))
          this.#web.print('stdout', `${line}\n`);
        this.#printed += step.lines;
        return;
      case 'settle':
        for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
        return;
      case 'wait':
        await systemClock.sleep(20, new AbortController().signal);
        return;
      case 'another sink':
        return this.#change(step.lane, ({ records, settings }) => {
          const sink = new Kept({ records, waitMs: step.waitMs });
          return { sink, settings: { ...settings, sink } };
        });
      case 'toggle the matcher':
        return this.#change(step.lane, (berth) => this.#toggled(berth));
      case 'swap the matchers':
        for (const berth of this.#berths) Object.assign(berth, this.#toggled(berth));
        return this.#reconfigure();
      case 'toggle a third lane':
        this.#third = this.#third === undefined ? laneTo('c', new Kept(), tight) : undefined;
        return this.#reconfigure();
      case 'another maximum':
        this.#maxLineBytes = step.bytes;
        return this.#reconfigure();
      case 'down':
      case 'up':
        for (const berth of this.#berths.slice(step.lane, step.lane + 1))
          berth.sink.isDown = step.does === 'down';
    }
  }

  async end(): Promise<void> {
    for (const berth of this.#berths) {
      berth.sink.isDown = false;
      berth.settings = { ...berth.settings, exclude: [] };
    }
    this.#reconfigure();
    this.#web.print('stdout', 'end\n');
    for (const { sink } of this.#berths) await until(() => sink.lines.includes('end'));
    await Promise.all(this.#changes);
    const accounts = await this.#agent.pipeline.stop({ deadline: AbortSignal.timeout(5_000) });
    this.#web.remove();

    const expected = [...numbered(0, this.#printed), 'end'];
    for (const { sink } of this.#berths) expect(sink.lines).toEqual(expected);
    for (const account of Object.values(accounts)) expectBalanced(account);
    for (const { settings, records } of this.#berths)
      expect(accounts[settings.name]).toMatchObject({ delivered: records.length, dropped: {} });
    expect(this.#agent.pipeline.counters().log_gaps).toBe(0);
  }

  #toggled({ sink, settings }: Berth): Pick<Berth, 'sink' | 'settings'> {
    const exclude = settings.exclude.length > 0 ? [] : this.#unmatched;
    return { sink, settings: { ...settings, exclude } };
  }

  #change(at: number, to: (berth: Berth) => Pick<Berth, 'sink' | 'settings'>): void {
    for (const berth of this.#berths.slice(at, at + 1)) Object.assign(berth, to(berth));
    this.#reconfigure();
  }

  #reconfigure(): void {
    const lanes = this.#berths.map(({ settings }) => settings);
    if (this.#third) lanes.push(this.#third);
    const logs = { maxLineBytes: this.#maxLineBytes };
    this.#changes.push(this.#agent.reconfigure({ lanes, logs, ...onlyLogs }));
  }
}

const lineOf = (n: number) => `line ${n} ${'.'.repeat(50)}`;

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => lineOf(from + n));

const statsOf = ({ records }: Kept) =>
  records.flatMap((record) => (record.kind === 'stat' ? [record] : []));

const logRequests = (engine: EmbeddedEngine) =>
  engine.requests.filter((request) => request.includes('/logs?')).length;
