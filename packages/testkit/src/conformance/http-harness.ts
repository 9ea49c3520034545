import type { ContainerRecord } from '@tallyman/sdk';
import { HttpReceiver } from '../receivers/http/receiver.ts';
import type { HttpAnswerStep, HttpStep, ReceivedRequest } from '../receivers/http/steps.ts';
import { AnswerGate } from './answer-gate.ts';
import type {
  Behaviour,
  RefusedRecord,
  SinkBackend,
  SinkHarness,
  Surroundings,
} from './harness.ts';

/** What is particular to a destination that is reached by HTTP. */
export interface HttpHarnessOptions
  extends Pick<SinkHarness, 'invalidOptions' | 'token' | 'notApplicable'> {
  /** The sink's options, as users write them in YAML, for a destination at this URL (`http://127.0.0.1:PORT`). */
  readonly options: (url: string) => Readonly<Record<string, unknown>>;
  /**
   * The ids of the records that a request brought, in their order. Default: the body is a JSON object, a JSON
   * array or JSON lines, and each has an `id`. Throws where the request cannot be read.
   */
  readonly ids?: (
    request: ReceivedRequest,
    records: readonly ContainerRecord[],
  ) => readonly string[];
  /** How the destination says that it accepted a request. Default: 200 with an empty body. */
  readonly accepted?: HttpAnswerStep;
  /** How the destination says that it accepted all but these. Without it say under `notApplicable['5.9']` why. */
  readonly partial?: (
    refused: readonly RefusedRecord[],
    request: ReceivedRequest,
  ) => HttpAnswerStep;
}

/**
 * The harness of a sink that posts records by HTTP: a scripted receiver on loopback that can do all that the
 * suite asks for.
 *
 * @example
 * describeSink(definition, httpHarness({
 *   options: (url) => ({ url }),
 *   invalidOptions: [{}, { url: 'nowhere' }],
 *   token: 'token-of-the-test',
 *   notApplicable: { '5.9': 'a request is taken as a whole' },
 * }));
 */
export function httpHarness(options: HttpHarnessOptions): SinkHarness {
  const { invalidOptions, token, notApplicable } = options;
  return {
    invalidOptions,
    ...(token !== undefined && { token }),
    ...(notApplicable !== undefined && { notApplicable }),
    start: (surroundings) => HttpBackend.start(options, surroundings),
  };
}

class HttpBackend implements SinkBackend {
  readonly options: SinkBackend['options'];
  readonly #harness: HttpHarnessOptions;
  readonly #receiver: HttpReceiver;
  readonly #gate: AnswerGate;
  /** By the request's number: the ids that it was accepted without. */
  readonly #accepted = new Map<number, ReadonlySet<string>>();
  #behaviour: Behaviour = { kind: 'accept' };

  static async start(harness: HttpHarnessOptions, { clock }: Surroundings): Promise<HttpBackend> {
    const gate = new AnswerGate(clock);
    const receiver = await HttpReceiver.start({}, { clock: gate });
    return new HttpBackend(harness, receiver, gate);
  }

  private constructor(harness: HttpHarnessOptions, receiver: HttpReceiver, gate: AnswerGate) {
    this.#harness = harness;
    this.#receiver = receiver;
    this.#gate = gate;
    this.options = harness.options(receiver.address.url);
    receiver.scriptWith((request) => this.#stepFor(request));
  }

  behave(behaviour: Behaviour): void {
    if (behaviour.kind === 'partial' && this.#harness.partial === undefined)
      throw new Error(
        "refusing a part of a request: give httpHarness() a function `partial` that makes the answer, or say under notApplicable['5.9'] why there is none",
      );
    this.#behaviour = behaviour;
    if (behaviour.kind === 'silence') this.#gate.close();
    else this.#gate.open();
  }

  arrived(records: readonly ContainerRecord[]): readonly string[] {
    const { ids = idsInJson } = this.#harness;
    const wanted = new Set(records.map(({ id }) => id));
    return this.#receiver.ledger().flatMap((request) => {
      const without = this.#accepted.get(request.number);
      if (without === undefined || request.status === undefined) return [];
      return ids(request, records).filter((id) => wanted.has(id) && !without.has(id));
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
    return this.#receiver.ledger().map(({ path }) => path);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#receiver.close();
  }

  #stepFor(request: ReceivedRequest): HttpStep {
    const { accepted = {}, partial } = this.#harness;
    const behaviour = this.#behaviour;
    switch (behaviour.kind) {
      case 'accept':
      case 'silence':
        this.#accepted.set(request.number, new Set());
        return { ...accepted, delayMs: 1 };
      case 'partial': {
        const refused = new Set(behaviour.refused.map(({ record }) => record.id));
        this.#accepted.set(request.number, refused);
        return partial?.(behaviour.refused, request) ?? accepted;
      }
      case 'limit':
        return { status: 429, retryAfter: behaviour.retryAfter };
      case 'unavailable':
      case 'refuse':
        return { status: behaviour.status };
      case 'too-large':
        return { status: 413 };
      case 'unauthorised':
        return { status: 401 };
      case 'reset':
      case 'garbage':
        return behaviour.kind;
    }
  }
}

function idsInJson({ body, number }: ReceivedRequest): readonly string[] {
  const values = jsonIn(body) ?? linesIn(body);
  if (values === undefined)
    throw new Error(
      `reading request ${number}: its body is neither JSON nor JSON lines; give httpHarness() a function \`ids\` that reads it`,
    );
  return values.flatMap((value) => {
    const isObject = typeof value === 'object' && value !== null && 'id' in value;
    return isObject && typeof value.id === 'string' ? [value.id] : [];
  });
}

function jsonIn(text: string): readonly unknown[] | undefined {
  if (text.trim() === '') return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    return undefined;
  }
}

function linesIn(text: string): readonly unknown[] | undefined {
  const values = text
    .split('\n')
    .filter((line) => line !== '')
    .map(jsonIn);
  return values.every((value) => value !== undefined) ? values.flat() : undefined;
}
