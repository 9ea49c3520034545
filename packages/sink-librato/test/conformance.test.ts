import { describe, test } from '@jest/globals';
import type { ContainerRecord } from '@tallyman/sdk';
import type { LibratoReceiver, LibratoStep } from '@tallyman/testkit';
import {
  AnswerGate,
  type Behaviour,
  describeSink,
  type RefusedRecord,
  type SinkBackend,
  type Surroundings,
} from '@tallyman/testkit/conformance';
import definition from '../src/index.ts';
import { email, receiverWith, tokens } from './sink-under-test.ts';

describeSink(
  definition,
  {
    start: (surroundings) => LibratoBackend.start(surroundings),
    invalidOptions: [
      { url: 'metrics.example.com' },
      { url: 'https://example.com/?token=x' },
      { email: 'nobody' },
      { period: 10 },
      { tags: ['colour'] },
      { nonsense: 1 },
    ],
    token: { stat: tokens.stat, event: tokens.event },
    notApplicable: { '6.1': 'points have times and no order' },
  },
  { describe, test },
);

class LibratoBackend implements SinkBackend {
  readonly options: SinkBackend['options'];
  readonly #receiver: LibratoReceiver;
  readonly #gate: AnswerGate;

  static async start({ clock }: Surroundings): Promise<LibratoBackend> {
    const gate = new AnswerGate(clock);
    return new LibratoBackend(await receiverWith({}, { clock: gate }), gate);
  }

  private constructor(receiver: LibratoReceiver, gate: AnswerGate) {
    this.#receiver = receiver;
    this.#gate = gate;
    this.options = { url: receiver.address.url, email };
    this.behave({ kind: 'accept' });
  }

  behave(behaviour: Behaviour): void {
    if (behaviour.kind === 'silence') this.#gate.close();
    else this.#gate.open();
    this.#receiver.always(stepFor(behaviour));
  }

  arrived(records: readonly ContainerRecord[]): readonly string[] {
    const { annotations, points } = this.#receiver.ledger();
    const sampled = new Set(points.map(({ tags }) => tags?.container));
    return records.flatMap(({ id, kind, container: { name = '' } = {} }) => {
      if (kind === 'stat') return sampled.has(name) ? [id] : [];
      return annotations.filter(({ title }) => title.startsWith(`${name}:`)).map(() => id);
    });
  }

  contacts(): number {
    return this.#receiver.counts().requests;
  }

  underWay(): number {
    const { requests, statuses, abandoned } = this.#receiver.counts();
    const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0);
    return Math.max(0, requests - answered - abandoned);
  }

  urls(): readonly string[] {
    return this.#receiver.ledger().requests.map(({ path }) => path);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#receiver.close();
  }
}

function stepFor(behaviour: Behaviour): LibratoStep {
  switch (behaviour.kind) {
    case 'accept':
    case 'silence':
      return { delayMs: 1 };
    case 'limit':
      return { status: 429, retryAfter: behaviour.retryAfter };
    case 'unavailable':
    case 'refuse':
      return { status: behaviour.status };
    case 'too-large':
      return '413';
    case 'unauthorised':
      return '401';
    case 'partial':
      return { partial: { tag: 'container', values: namesOf(behaviour.refused) } };
    case 'reset':
    case 'garbage':
      return behaviour.kind;
  }
}

function namesOf(refused: readonly RefusedRecord[]): readonly string[] {
  return refused.flatMap(({ record: { container } }) => (container ? [container.name] : []));
}
