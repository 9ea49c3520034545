import { type Batch, type Clock, partial, permanent, retryable, type Sink } from '@tallyman/sdk';
import fc from 'fast-check';
import { idsOf, numberOf } from './records.ts';

/** What the sink does with one write; once the script is over it accepts everything. */
export type Answer =
  | {
      readonly does:
        | 'accept'
        | 'hang'
        | 'hang deaf'
        | 'throw at once'
        | 'unknown'
        | 'unauthorised'
        | 'too large';
    }
  | { readonly does: 'accept late' | 'accept but reject' | 'fail'; readonly ms: number }
  | { readonly does: 'refuse'; readonly remainder: number }
  | {
      readonly does: 'partial';
      readonly retry: readonly number[];
      readonly drop: readonly number[];
    };

const ms = fc.integer({ min: 0, max: 3_000 });
const indexes = fc.array(fc.integer({ min: -1, max: 6 }), { maxLength: 4 });

const wholeAnswer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({
    does: fc.constantFrom(
      'accept',
      'hang',
      'hang deaf',
      'throw at once',
      'unknown',
      'unauthorised',
      'too large',
    ),
  }),
  fc.record({ does: fc.constantFrom('accept late', 'accept but reject', 'fail'), ms }),
  fc.record({ does: fc.constant('refuse'), remainder: fc.integer({ min: 0, max: 6 }) }),
);

/** Answers that treat a batch as a whole: with these, order can be asked for. */
export const wholeScript = fc.array(wholeAnswer, { maxLength: 30 });

/** Answers after which nothing is given up. */
export const losslessScript = fc.array(
  wholeAnswer.filter(({ does }) => !['unknown', 'too large', 'refuse'].includes(does)),
  { maxLength: 20 },
);

/** All answers. */
export const script = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: wholeAnswer },
    {
      weight: 1,
      arbitrary: fc.record({ does: fc.constant('partial'), retry: indexes, drop: indexes }),
    },
  ),
  { maxLength: 30 },
);

/**
 * A sink that follows a script and keeps book of what it acknowledged. An ordered one acknowledges in the order of
 * its calls, and when a write fails those behind it fail with it, as over one connection.
 */
export class ChaosSink implements Sink {
  readonly acknowledged: string[];
  closed = 0;
  readonly #answers: Answer[];
  readonly #ordered: boolean;
  readonly #clock: Clock;
  readonly #called: () => void;
  #connection: Promise<void> = Promise.resolve();

  constructor(
    answers: readonly Answer[],
    ordered: boolean,
    clock: Clock,
    called: () => void,
    acknowledged: string[] = [],
  ) {
    this.#answers = [...answers];
    this.acknowledged = acknowledged;
    this.#ordered = ordered;
    this.#clock = clock;
    this.#called = called;
  }

  write(batch: Batch, signal: AbortSignal): Promise<void> {
    this.#called();
    const answer = this.#answers.shift() ?? { does: 'accept' };
    if (!this.#ordered) {
      if (answer.does === 'throw at once') throw retryable('encoding');
      return this.#answer(answer, batch, signal, Promise.resolve());
    }
    const written = this.#answer(answer, batch, signal, this.#connection);
    const reconnect = () => {
      this.#connection = Promise.resolve();
    };
    signal.addEventListener('abort', reconnect, { once: true });
    written.catch(reconnect);
    this.#connection = written;
    return written;
  }

  /** Another sink to the same destination, with so many answers of the script. */
  successor(answers: number): ChaosSink {
    const taken = this.#answers.splice(0, answers);
    return new ChaosSink(taken, this.#ordered, this.#clock, this.#called, this.acknowledged);
  }

  /** Accepts everything from now on. */
  calm(): void {
    this.#answers.length = 0;
  }

  async close(): Promise<void> {
    this.closed += 1;
  }

  async #answer(
    answer: Answer,
    batch: Batch,
    signal: AbortSignal,
    before: Promise<void>,
  ): Promise<void> {
    await before.catch(() => {
      throw retryable('the connection broke');
    });
    // Over a connection nothing is acknowledged within the turn in which it is written.
    if (this.#ordered) await this.#clock.sleep(1, signal);
    const ids = idsOf(batch.records);
    switch (answer.does) {
      case 'throw at once':
        throw retryable('encoding');
      case 'hang deaf':
        return new Promise(() => undefined);
      case 'hang':
        return this.#clock.sleep(1_000_000, signal);
      case 'accept late':
        await this.#clock.sleep(answer.ms, signal);
        break;
      case 'accept but reject':
        await this.#clock.sleep(answer.ms, signal);
        throw retryable('reading the answer: reset');
      case 'fail':
        throw retryable('posting: HTTP 503', { status: 503, retryAfterMs: answer.ms });
      case 'unknown':
        throw new TypeError('cannot read x of undefined');
      case 'unauthorised':
        throw permanent('posting: HTTP 401', { status: 401 });
      case 'too large':
        throw permanent('posting: HTTP 413', { status: 413 });
      case 'refuse':
        if (ids.some((id) => numberOf(id) % 7 === answer.remainder))
          throw permanent('posting: HTTP 400');
        break;
      case 'partial':
        this.#acknowledgeUnlisted(ids, answer);
        throw partial({
          retry: answer.retry,
          drop: answer.drop.map((index) => ({ index, reason: 'no' })),
        });
    }
    signal.throwIfAborted();
    this.acknowledged.push(...ids);
  }

  #acknowledgeUnlisted(
    ids: readonly string[],
    { retry, drop }: { retry: readonly number[]; drop: readonly number[] },
  ) {
    const listed = new Set([...retry, ...drop]);
    this.acknowledged.push(...ids.filter((_, index) => !listed.has(index)));
  }
}
