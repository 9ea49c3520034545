import { inspect, types } from 'node:util';
import {
  type Batch,
  type ContainerRecord,
  type RecordKind,
  Secret,
  type Sink,
  type SinkContext,
} from '@tallyman/sdk';
import { observedContext, type Said } from '../sink-context.ts';
import { type Call, told } from './call.ts';
import { NotApplicable, Violation } from './case.ts';
import type { Behaviour, SinkBackend } from './harness.ts';
import { settledOptions } from './options/settled-options.ts';
import { behaviourClauses } from './scope.ts';
import { SinkClock } from './sink-clock.ts';
import type { Subject } from './subject.ts';
import { SuiteRecords } from './suite-records.ts';
import { TriedSink } from './tried-sink.ts';
import { Resources } from './watch/resources.ts';
import { startWatching } from './watch/watching.ts';

const settleLimitMs = 5_000;
const closeLimitMs = 1_000;

/** One destination, and the sinks that a case makes for it. */
export class Trial implements AsyncDisposable {
  readonly subject: Subject;
  readonly clock: SinkClock;
  readonly backend: SinkBackend;
  readonly records: SuiteRecords;
  /** What sinks made, and what they said. */
  readonly resources = new Resources();
  readonly #said: (readonly Said[])[] = [];
  readonly #sinks: TriedSink[] = [];
  readonly #watching = startWatching();
  #batches = 0;

  static async start(subject: Subject): Promise<Trial> {
    const clock = new SinkClock();
    const backend = await subject.harness.start({ clock, signal: subject.signal });
    return new Trial(subject, clock, backend);
  }

  private constructor(subject: Subject, clock: SinkClock, backend: SinkBackend) {
    this.subject = subject;
    this.clock = clock;
    this.backend = backend;
    this.records = new SuiteRecords(clock);
  }

  /** The kinds that the sink accepts, of those that there are. */
  get kinds(): readonly RecordKind[] {
    const known: readonly RecordKind[] = ['log', 'stat', 'event'];
    const { accepts } = this.subject.definition;
    return known.filter((kind) => Array.isArray(accepts) && accepts.includes(kind));
  }

  get said(): readonly Said[] {
    return this.#said.flat();
  }

  batch(records: readonly ContainerRecord[]): Batch {
    return { id: `suite-batch-${++this.#batches}`, records: structuredClone(records), attempt: 1 };
  }

  /** A batch of the first kind that the sink accepts. */
  plainBatch(count = 1): Batch {
    return this.batch(this.records.list(this.kinds[0] ?? 'log', count));
  }

  /** Whether the destination can do this. */
  can(kind: Behaviour['kind']): boolean {
    const { notApplicable = {} } = this.subject.harness;
    const clause = behaviourClauses[kind];
    return clause === undefined || notApplicable[clause] === undefined;
  }

  async behave(behaviour: Behaviour): Promise<void> {
    const clause = behaviourClauses[behaviour.kind];
    if (!this.can(behaviour.kind))
      throw new NotApplicable(`needs what ${clause} is about: ${this.#whyNot(behaviour.kind)}`);
    await this.backend.behave(behaviour);
  }

  /** A sink that was not opened. */
  newSink(): TriedSink {
    const { context, seen } = observedContext(this.#surroundings());
    this.#said.push(seen.said);
    const sink = new TriedSink(this.#create(context), this.resources);
    this.#sinks.push(sink);
    return sink;
  }

  /** A sink that was opened, at a destination that accepts. */
  async openSink(): Promise<TriedSink> {
    const sink = this.newSink();
    if (!sink.hasOpen) return sink;
    const opening = sink.open();
    await this.settle(opening);
    if (opening.outcome.kind === 'resolved') return sink;
    throw new Violation({
      expected: '`open` to resolve at a destination that accepts everything',
      seen: told(opening.outcome),
      whatToDo:
        'see that the options and the token of the harness lead to its backend, and that it answers `open`',
    });
  }

  /** Waits until a call has settled, for seconds at most. */
  async settle(call: Call, limitMs = settleLimitMs): Promise<void> {
    await this.clock.until(() => call.isSettled, limitMs, this.subject.signal);
  }

  async until(
    condition: () => boolean | Promise<boolean>,
    limitMs = settleLimitMs,
  ): Promise<boolean> {
    return await this.clock.until(condition, limitMs, this.subject.signal);
  }

  /** Lets everything go on for a moment. */
  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms, this.subject.signal);
  }

  /** Closes the sink, whatever it says to that, and waits a moment for what it had to go. */
  async close(sink: TriedSink): Promise<void> {
    await this.settle(sink.close(), closeLimitMs);
  }

  /** Closes the sinks that were not. */
  async closeAll(): Promise<void> {
    const open = this.#sinks.filter((sink) => !sink.wasClosed);
    await Promise.all(open.map((sink) => this.close(sink)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    using _watching = this.#watching;
    await using _backend = this.backend;
    await this.closeAll();
  }

  #create(context: SinkContext): Sink {
    const { definition } = this.subject;
    const options = settledOptions(definition.options, this.backend.options);
    const made = outcomeOf(() =>
      this.resources.watch(
        () => this.backend.create?.(options, context) ?? definition.create(options, context),
      ),
    );
    if ('sink' in made && isSink(made.sink)) return made.sink;
    throw new Violation({
      expected: '`create` to return an object with `write`, for the options of the harness',
      seen: 'thrown' in made ? told({ kind: 'rejected', error: made.thrown }) : shownAs(made.sink),
      whatToDo:
        'return the sink itself, not a promise of it; what takes time belongs into `open`, and what may be wrong with options into the schema',
    });
  }

  #surroundings(): Partial<SinkContext> {
    const { token } = this.subject.harness;
    const tokenOf = (kind: RecordKind) => (typeof token === 'string' ? token : token?.[kind]);
    return {
      clock: this.clock,
      token: (kind) => {
        const text = tokenOf(kind);
        return text === undefined ? undefined : new Secret(text);
      },
    };
  }

  #whyNot(kind: Behaviour['kind']): string {
    const clause = behaviourClauses[kind];
    const why = clause && this.subject.harness.notApplicable?.[clause];
    return why ?? 'the destination cannot do it';
  }
}

function outcomeOf(
  create: () => unknown,
): { readonly sink: unknown } | { readonly thrown: unknown } {
  try {
    return { sink: create() };
  } catch (thrown) {
    return { thrown };
  }
}

function shownAs(value: unknown): string {
  return types.isPromise(value) ? 'a promise' : inspect(value, { depth: 0 });
}

function isSink(value: unknown): value is Sink {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && 'write' in value && typeof value.write === 'function';
}

/** A case on a destination of its own. */
export function tried(run: (trial: Trial) => Promise<void>): (subject: Subject) => Promise<void> {
  return async (subject) => {
    await using trial = await Trial.start(subject);
    await run(trial);
  };
}
