import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Batch, type ContainerRecord, retryable, type Sink, systemClock } from '@tallyman/sdk';
import { expectBalanced } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { Agent, laneTo } from './collect/agent.ts';
import { HandSink } from './ship/lane-under-test.ts';
import { until } from './until.ts';

/** Accepts after a while; every so often it fails first, or takes only a part. */
class SlowSink implements Sink {
  readonly accepted: ContainerRecord[] = [];
  readonly #waitMs: number;
  readonly #failEvery: number;
  #writes = 0;

  constructor({ waitMs = 0, failEvery = Number.POSITIVE_INFINITY } = {}) {
    this.#waitMs = waitMs;
    this.#failEvery = failEvery;
  }

  get lines(): readonly string[] {
    return this.accepted.flatMap((record) => (record.kind === 'log' ? [record.message] : []));
  }

  async write({ records }: Batch, signal: AbortSignal): Promise<void> {
    await systemClock.sleep(this.#waitMs, signal);
    if (++this.#writes % this.#failEvery === 0) throw retryable('busy');
    this.accepted.push(...records);
  }
}

const lineOf = (n: number) => `line ${n} ${'.'.repeat(100)}`;
const numbered = (count: number) => Array.from({ length: count }, (_, n) => lineOf(n));
// Room for some 20 lines.
const tight = { queue: { memoryBytes: 10_000 }, retry: { firstDelayMs: 1 } };

describe('the whole pipeline', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  test('a sink alone gets every line, however slow it is: reading waits for it', async () => {
    const slow = new SlowSink({ waitMs: 1, failEvery: 5 });
    const lanes = [laneTo('slow', slow, tight)];
    await using agent = await Agent.connectedTo(engine, { lanes });

    const wanted = numbered(2_000);
    engine
      .container({ name: 'web' })
      .start()
      .print('stdout', `${wanted.join('\n')}\n`);
    await until(() => slow.lines.length === wanted.length);

    expect(slow.lines).toEqual(wanted);
    expect(agent.pipeline.accounts().slow).toMatchObject({ dropped: {}, held: 0 });
  });

  test('a slow sink beside a fast one holds it up nowhere, and gets every line all the same', async () => {
    const [slow, fast] = [new SlowSink({ waitMs: 5, failEvery: 3 }), new SlowSink()];
    const lanes = [laneTo('slow', slow, tight), laneTo('fast', fast)];
    await using agent = await Agent.connectedTo(engine, { lanes });
    const web = engine.container({ name: 'web' }).start();

    const wanted = numbered(1_000);
    for (const line of wanted) web.print('stdout', `${line}\n`);
    web.exit(0);
    await until(() => fast.lines.length === wanted.length);
    expect(slow.lines.length).toBeLessThan(wanted.length);
    await until(() => slow.lines.length === wanted.length);

    const { slow: ofSlow, fast: ofFast } = agent.pipeline.accounts();
    expect(fast.lines).toEqual(wanted);
    expect(slow.lines).toEqual(wanted);
    expect(ofFast).toMatchObject({ dropped: {} });
    expect(ofSlow?.dropped).toEqual({});
  });

  test('kinds and matchers decide what a sink sees', async () => {
    const [logs, events, web] = [new SlowSink(), new SlowSink(), new SlowSink()];
    const lanes = [
      { ...laneTo('logs', logs), kinds: ['log' as const] },
      { ...laneTo('events', events), kinds: ['event' as const] },
      { ...laneTo('web', web), include: [{ name: 'web' }] },
    ];
    await using _agent = await Agent.connectedTo(engine, { lanes });

    for (const name of ['web', 'db'])
      engine.container({ name }).start().print('stdout', `${name} says\n`).exit(0);
    await until(() => logs.accepted.length === 2 && events.accepted.length === 6);
    await until(() => web.accepted.length === 4);

    expect(new Set(logs.accepted.map(({ kind }) => kind))).toEqual(new Set(['log']));
    expect(new Set(events.accepted.map(({ kind }) => kind))).toEqual(new Set(['event']));
    expect(new Set(web.accepted.map(({ container }) => container?.name))).toEqual(new Set(['web']));
  });

  test('a sink that hangs keeps stop() no longer than its deadline; what it has not got stays held', async () => {
    const [hanging, fast] = [new HandSink({ deaf: true }), new SlowSink()];
    const lanes = [laneTo('hanging', hanging), laneTo('fast', fast)];
    const agent = await Agent.connectedTo(engine, { lanes });
    engine.container({ name: 'web' }).start().print('stdout', 'one\ntwo\n');
    await until(() => fast.lines.length === 2 && hanging.writes.length > 0);

    const startedMs = performance.now();
    const accounts = await agent.pipeline.stop({ deadline: AbortSignal.timeout(200) });

    expect(performance.now() - startedMs).toBeLessThan(1_500);
    expect(accounts.hanging).toEqual({ offered: 4, delivered: 0, dropped: {}, held: 4 });
    expect(accounts.fast).toEqual({ offered: 4, delivered: 4, dropped: {}, held: 0 });
    expect(hanging.closed).toBe(1);
  });

  test('stop() delivers what is under way, and asks the engine nothing more', async () => {
    const slow = new SlowSink({ waitMs: 10 });
    const lanes = [laneTo('slow', slow)];
    const agent = await Agent.connectedTo(engine, { lanes });
    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\ntwo\nthree\n');
    await until(() => agent.pipeline.counters().log_lines === 3);

    const { slow: account } = await agent.pipeline.stop({ deadline: AbortSignal.timeout(5_000) });
    const asked = engine.requests.length;
    web.print('stdout', 'too late\n').restart();
    await engine.stop();

    expect(slow.lines).toEqual(['one', 'two', 'three']);
    expect(account).toMatchObject({ delivered: 5, held: 0 });
    expect(engine.requests).toHaveLength(asked);
  });

  test('stopped at any moment it accounts for every record', async () => {
    for (let lines = 0; lines < 300; lines += 37) {
      const [slow, fast] = [new SlowSink({ waitMs: 3, failEvery: 2 }), new SlowSink()];
      const lanes = [laneTo('slow', slow, tight), laneTo('fast', fast)];
      const agent = await Agent.connectedTo(engine, { lanes });
      const web = engine.container({ name: `web-${lines}` }).start();
      for (const line of numbered(300)) web.print('stdout', `${line}\n`);
      await until(() => fast.lines.length >= lines);

      const accounts = await agent.pipeline.stop({ deadline: AbortSignal.timeout(20) });

      for (const account of Object.values(accounts)) expectBalanced(account);
      expect(accounts.slow?.delivered).toBe(slow.accepted.length);
      expect(accounts.fast?.delivered).toBe(fast.accepted.length);
      web.remove();
    }
  });

  test('leaves no handle behind, also where the engine stalls and is cut off', async () => {
    const before = handles();
    const other = await new EmbeddedEngine().start();
    const stats = { enabled: true, intervalMs: 20 };
    const agent = await Agent.connectedTo(other, { stats });
    for (const name of ['a', 'b']) other.container({ name }).start().print('stdout', `${name}\n`);
    await agent.reads('a');
    await until(() => agent.stats.length > 1);

    other.stall();
    await agent.pipeline.stop({ deadline: new AbortController().signal });
    await other.close();

    // The kernel's side of a closed socket ends a few turns of the event loop later.
    await until(() => moreThan(before).length === 0);
    expect(moreThan(before)).toEqual([]);
  });
});

/** What is open now and was not before; what the test's surroundings have closed meanwhile is not asked for. */
const moreThan = (before: readonly string[]) => {
  const left = [...before];
  return handles().filter((handle) => {
    const at = left.indexOf(handle);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
};

const handles = () =>
  process
    .getActiveResourcesInfo()
    .filter((each) => each !== 'Immediate')
    .sort();
