import { describe, expect, test } from '@jest/globals';
import type { ContainerRecord } from '@tallyman/sdk';
import type { LibratoPoint, TcpStep } from '@tallyman/testkit';
import { type EmbeddedContainer, EmbeddedEngine } from '@tallyman/testkit/embedded';
import { AgentProcess } from '../support/agent-process.ts';
import {
  type Arrived,
  arrivedIn,
  counted,
  distinct,
  libratoTokens,
  logentriesTokens,
  Receivers,
  slotsAtLibrato,
  slotsOf,
  violationsIn,
} from '../support/receivers.ts';
import { laneOf } from '../support/said.ts';

/** What goes wrong with one of the two, from one moment to another. */
interface Outage {
  readonly begin: (receivers: Receivers) => Promise<void>;
  readonly end: (receivers: Receivers) => Promise<void>;
}

type LibratoStep = Parameters<Receivers['librato']['always']>[0];

const refusing = (sink: 'librato' | 'logentries'): Outage => ({
  begin: async ({ [sink]: receiver }) => {
    await receiver.refuse();
    await receiver.cut();
  },
  end: ({ [sink]: receiver }) => receiver.listen(),
});

/** Its process is halted: the kernel still accepts connections and takes what its buffers hold. */
const halted = (sink: 'librato' | 'logentries'): Outage => ({
  begin: async ({ [sink]: { pid } }) => halt(pid, 'SIGSTOP'),
  end: async ({ [sink]: { pid } }) => halt(pid, 'SIGCONT'),
});

const answering = (step: LibratoStep): Outage => ({
  begin: ({ librato }) => librato.always(step),
  end: async ({ librato }) => {
    await librato.always('ok');
    await librato.cut();
  },
});

const behaving = (step: TcpStep): Outage => ({
  begin: async ({ logentries }) => {
    await logentries.always(step);
    // Those that are open are from before.
    await logentries.cut();
  },
  end: async ({ logentries }) => {
    await logentries.always('ok');
    await logentries.cut();
  },
});

const libratoOutages: readonly (readonly [string, Outage])[] = [
  ['refuses connections', refusing('librato')],
  ['is halted', halted('librato')],
  ['never answers', answering('hang')],
  ['answers 429 with Retry-After', answering({ status: 429, retryAfter: { seconds: 1 } })],
  ['answers 503', answering('503')],
  ['answers garbage', answering('garbage')],
  ['closes without an answer', answering('close')],
  ['resets in the middle of an answer', answering('reset-mid-body')],
];

/** With what Logentries takes meanwhile. */
const logentriesOutages: readonly (readonly [string, Outage, 'nothing' | 'a part'])[] = [
  ['refuses connections', refusing('logentries'), 'nothing'],
  ['is halted', halted('logentries'), 'nothing'],
  ['never reads', behaving('never-read'), 'nothing'],
  ['closes at once', behaving('early-fin'), 'nothing'],
  ['resets at once', behaving('reset'), 'nothing'],
  ['closes mid-batch', behaving({ breakWith: 'fin', afterBytes: 30_000 }), 'a part'],
  ['resets mid-batch', behaving({ breakWith: 'reset', afterBytes: 30_000 }), 'a part'],
];

const burst = 2_000;
const { logs: logsToken, stats: statsToken } = logentriesTokens;
// So that the outage is over soon after it ends.
const retry = { first_delay: '50ms', max_delay: '500ms' };
// Of the one that fails. The other is to be given time enough on any machine: an attempt that is given up is made twice.
const impatient = { ...retry, attempt_timeout: '3s' };

/** An engine, an agent with both sinks, and both receivers, which all work. */
class Scene implements AsyncDisposable {
  readonly engine: EmbeddedEngine;
  readonly receivers: Receivers;
  readonly agent: AgentProcess;
  readonly web: EmbeddedContainer;
  #printed = 0;

  private constructor(engine: EmbeddedEngine, receivers: Receivers, agent: AgentProcess) {
    this.engine = engine;
    this.receivers = receivers;
    this.agent = agent;
    this.web = engine.container({ name: 'web' }).start();
  }

  static async start(failing: 'librato' | 'logentries'): Promise<Scene> {
    const engine = await new EmbeddedEngine().start();
    const receivers = await Receivers.start();
    const agent = await AgentProcess.start({
      socketPath: engine.socketPath,
      config: {
        collect: { stats: { interval: '1s' } },
        sinks: {
          logentries: {
            tokens: logentriesTokens,
            options: receivers.logentriesOptions,
            retry: failing === 'logentries' ? impatient : retry,
          },
          librato: {
            tokens: libratoTokens,
            options: receivers.libratoOptions,
            retry: failing === 'librato' ? impatient : retry,
          },
        },
      },
    });
    await agent.ready();
    const scene = new Scene(engine, receivers, agent);
    scene.print(50);
    await scene.logentriesHas(50);
    await scene.libratoHas(1);
    return scene;
  }

  get printed(): number {
    return this.#printed;
  }

  print(lines: number): void {
    const text = Array.from({ length: lines }, () => `line ${this.#printed++}\n`).join('');
    this.web.print('stdout', text);
  }

  /** A container comes and goes: three events. */
  tell(name: string): void {
    this.engine.container({ name }).start().exit(3);
  }

  logentriesHas(logs: number, stats = 0): Promise<unknown> {
    return counted(
      this.receivers.logentries,
      ({ acceptedByToken }) =>
        (acceptedByToken[logsToken] ?? 0) >= logs && (acceptedByToken[statsToken] ?? 0) >= stats,
      `${logs} lines and ${stats} samples are at Logentries`,
    );
  }

  libratoHas(points: number, annotations = 0): Promise<unknown> {
    return counted(
      this.receivers.librato,
      (counts) => counts.points >= points && counts.annotations >= annotations,
      `${points} points and ${annotations} annotations are at Librato`,
    );
  }

  /** Stops the agent; what was printed, sampled and told is at both, and the account says so. */
  async settled(): Promise<{ arrived: readonly Arrived[]; records: readonly ContainerRecord[] }> {
    const { librato, logentries } = this.receivers;
    const { exitCode, account } = await this.agent.stop();
    const arrived = arrivedIn(await logentries.ledger());
    const records = distinct(arrived);
    const ledger = await librato.ledger();
    const events = records.filter(({ kind }) => kind === 'event');
    const stats = records.filter(({ kind }) => kind === 'stat');

    expect(exitCode).toBe(0);
    expect(await logentries.counts()).toMatchObject({ refused: 0, unknownToken: 0, notKept: 0 });
    expect(await librato.counts()).toMatchObject({ notKept: 0, oversizedBatches: 0 });
    expect(violationsIn(ledger)).toEqual([]);
    expect(records.flatMap((record) => (record.kind === 'log' ? [record.message] : []))).toEqual(
      Array.from({ length: this.#printed }, (_, index) => `line ${index}`),
    );
    expect(slotsAtLibrato(ledger.points)).toEqual(slotsOf(records));
    // An answer that was not heard: the service has no key by which it knows an annotation again.
    expect(new Set(ledger.annotations.map(({ title }) => title))).toEqual(
      new Set(events.map(titleOf)),
    );
    expect(laneOf(account, 'logentries')).toEqual(all(records.length));
    expect(laneOf(account, 'librato')).toEqual(all(stats.length + events.length));
    return { arrived, records };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
    await this.receivers[Symbol.asyncDispose]();
    await this.engine.close();
  }
}

describe('while Librato', () => {
  test.concurrent.each(libratoOutages)(
    '%s, Logentries receives everything; later both have it',
    async (_, outage) => {
      await using scene = await Scene.start('librato');
      const { librato, logentries } = scene.receivers;
      const before = await logentries.counts();
      const { points } = await librato.counts();

      await outage.begin(scene.receivers);
      const stats = (before.acceptedByToken[statsToken] ?? 0) + 2;
      scene.tell('job-1');
      scene.print(burst);
      await scene.logentriesHas(scene.printed, stats);
      const fromMs = Date.now();
      scene.print(burst);
      await scene.logentriesHas(scene.printed, stats + 1);
      const toMs = Date.now();
      await outage.end(scene.receivers);
      scene.tell('job-2');
      await scene.libratoHas(points + 1, 8);
      const { arrived, records } = await scene.settled();

      const { batches } = await librato.ledger();
      expect(batches.filter(isBetween(fromMs, toMs))).toEqual([]);

      // Nothing about it was any trouble to the other: nothing was sent to it twice.
      expect(arrived).toHaveLength(records.length);
    },
  );
});

describe('while Logentries', () => {
  test.concurrent.each(logentriesOutages)(
    '%s, Librato receives everything; later both have it',
    async (_, outage, taken) => {
      await using scene = await Scene.start('logentries');
      const { librato } = scene.receivers;
      const { points, requests } = await librato.counts();

      await outage.begin(scene.receivers);
      scene.print(burst);
      scene.tell('job-1');
      await scene.libratoHas(points + 1, 5);
      const fromMs = Date.now();
      scene.print(burst);
      const then = await librato.counts();
      await scene.libratoHas(then.points + 1, 5);
      const toMs = Date.now();
      await outage.end(scene.receivers);
      await scene.logentriesHas(scene.printed);
      const { arrived, records } = await scene.settled();

      if (taken === 'nothing')
        expect(arrived.map(({ line }) => line).filter(isBetween(fromMs, toMs))).toEqual([]);
      else expect(arrived.length).toBeGreaterThan(records.length);

      // Nothing about it was any trouble to the other: no request was made twice.
      expect((await librato.counts()).requests).toBeGreaterThan(requests);
      expect(Object.keys((await librato.counts()).statuses).toSorted()).toEqual([
        '201',
        '202',
        '400',
      ]);
      const ledger = await librato.ledger();
      expect(new Set(ledger.points.map(keyOf)).size).toBe(ledger.points.length);
      expect(new Set(ledger.annotations.map(({ title }) => title)).size).toBe(
        ledger.annotations.length,
      );
    },
  );
});

describe('40,000 lines to Logentries, which breaks three connections mid-burst', () => {
  test('none is missing, and only what those connections carried came twice', async () => {
    const lines = 40_000;
    await using engine = await new EmbeddedEngine().start();
    await using receivers = await Receivers.start();
    const { logentries } = receivers;
    // Each within one batch: on a busy machine a connection can be silent for long enough to be closed, and confirmed,
    // before more has come.
    const breaking: readonly TcpStep[] = [
      { breakWith: 'reset', afterLines: 400 },
      { breakWith: 'fin', afterLines: 300 },
      { breakWith: 'fin-then-reset', afterBytes: 100_001 },
    ];
    await logentries.script(breaking);
    await using agent = await AgentProcess.start({
      socketPath: engine.socketPath,
      config: {
        sinks: {
          logentries: {
            token: logsToken,
            options: receivers.logentriesOptions,
            match: { kinds: ['logs'] },
          },
        },
      },
    });
    await agent.ready();

    const padding = 'x'.repeat(100);
    engine
      .container({ name: 'burst' })
      .start()
      .print('stdout', Array.from({ length: lines }, (_, at) => `${at} ${padding}\n`).join(''));
    await agent.until(() => agent.said('Delivery failed, retrying.').length > 0, 'it is broken');
    await counted(logentries, ({ accepted }) => accepted >= lines, 'as many have arrived');
    const { account } = await agent.stop();

    const ledger = await logentries.ledger();
    const counts = await logentries.counts();
    const arrived = arrivedIn(ledger);
    const numbers = distinct(arrived).map((record) =>
      record.kind === 'log' ? Number.parseInt(record.message, 10) : Number.NaN,
    );
    expect(numbers).toEqual(Array.from({ length: lines }, (_, index) => index));
    const again = repeated(arrived);
    const brokenConnections = new Set(again.map(({ line }) => line.connection));
    expect([...brokenConnections].filter((one) => one > breaking.length)).toEqual([]);
    expect(counts).toMatchObject({ refused: 0, unknownToken: 0, notKept: 0 });
    expect([counts.resets, counts.fins >= 2, counts.bytesThrownAway > 0]).toEqual([2, true, true]);
    expect(laneOf(account, 'logentries')).toEqual(all(lines));
    note(`40,000 lines, three disconnects: missing 0, repeated ${again.length}`);
  });
});

function isBetween(fromMs: number, toMs: number) {
  return ({ timeMs }: { readonly timeMs: number }) => timeMs > fromMs && timeMs < toMs;
}

function halt(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(pid, signal);
}

function all(records: number) {
  return { offered: records, delivered: records, dropped: {}, held: 0 };
}

function titleOf(record: ContainerRecord): string {
  if (record.kind !== 'event') return '';
  const exit = record.exitCode === undefined ? '' : ` (exit code ${record.exitCode})`;
  return `${record.container?.name}: ${record.action}${exit}`;
}

/** What came before the last time that it came. */
function repeated(arrived: readonly Arrived[]): Arrived[] {
  const last = new Map(arrived.map((one) => [one.record.id, one]));
  return arrived.filter((one) => last.get(one.record.id) !== one);
}

/** Points with the same key replace each other. */
function keyOf({ name, time, tags }: LibratoPoint): string {
  return JSON.stringify([name, time, tags]);
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
