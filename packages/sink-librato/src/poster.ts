import { isSinkError, messageOf, retryable, type SinkContext, type SinkError } from '@tallyman/sdk';
import { type Answer, answerFrom, patientAttempts } from './answer.ts';
import { type Complaint, isAboutAge, mistypedName, suspicionOf } from './complaints.ts';
import type { Outcome } from './outcome.ts';
import type { Point } from './point.ts';
import type { Service } from './service.ts';
import { tokenOptionOf } from './token-option.ts';

export interface PosterOptions {
  readonly service: Service;
  readonly context: SinkContext;
  readonly mostPoints: number;
}

type Chunk = readonly Point[];

interface Posting {
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly signal: AbortSignal;
}

type Faulty = Extract<Answer, { kind: 'faulty' }>;

// The service takes 600 ms for 300 points: one request after the other, 300 containers would not fit in 10 s.
const requestsAtOnce = 4;

// A write that meets more refusals goes back to the lane, whose delays spare the service.
const mostRefusals = 100;

const mostMistyped = 1_000;

/**
 * Posts points in chunks. One bad point makes the service refuse its whole chunk: the point that the answer names
 * is taken out, otherwise the chunk is halved, until what is refused stands alone. No chunk is sent as it was.
 */
export class Poster {
  readonly #service: Service;
  readonly #context: SinkContext;
  readonly #mostPoints: number;
  /** Names that the service knows as another type: their points would cost every chunk another request. */
  readonly #mistyped = new Set<string>();

  constructor({ service, context, mostPoints }: PosterOptions) {
    this.#service = service;
    this.#context = context;
    this.#mostPoints = mostPoints;
  }

  /** Never rejects: what happened is in the outcome. Settles once no request is under way. */
  async post(points: readonly Point[], posting: Posting): Promise<void> {
    const welcome = points.filter(({ name }) => !this.#mistyped.has(name.toLowerCase()));
    const leftOut = points.length - welcome.length;
    if (leftOut > 0) this.#context.count('points_left_out', leftOut);
    for (const { record } of welcome) posting.outcome.expect(record);
    const chunks = chunksOf(welcome, this.#mostPoints).toReversed();
    const budget = { refusals: 0 };
    const work = async () => {
      for (let chunk = chunks.pop(); chunk !== undefined; chunk = chunks.pop()) {
        if (posting.outcome.stopped) return;
        chunks.push(...(await this.#postChunk(chunk, posting, budget)));
      }
    };
    await Promise.all(Array.from({ length: requestsAtOnce }, work));
  }

  /** Posts one chunk, and returns what of it is to be posted anew. */
  async #postChunk(
    chunk: Chunk,
    posting: Posting,
    budget: { refusals: number },
  ): Promise<readonly Chunk[]> {
    const answer = await this.#answerTo(chunk, posting.signal);
    this.#context.progress();
    if (answer.kind === 'accepted') return this.#accept(chunk, posting);
    if (answer.kind === 'failed') return stop(posting, answer.error);
    if (answer.kind === 'unwanted') return this.#refuse(chunk, answer.error, posting);
    budget.refusals += 1;
    if (answer.kind === 'unnamed-limit') return this.#onUnnamedLimit(chunk, answer.error, posting);
    const left = this.#onFaulty(chunk, answer, posting);
    const isTooMuch = left.length > 0 && budget.refusals > mostRefusals;
    if (isTooMuch)
      return stop(posting, retryable(`${answer.error.message}; this often, it can wait`));
    return left;
  }

  async #answerTo(chunk: Chunk, signal: AbortSignal): Promise<Answer> {
    const kind = chunk[0]?.kind ?? 'stat';
    try {
      const response = await this.#service.points(kind, chunk, signal);
      return answerFrom(response, {
        nowMs: this.#context.clock.now(),
        points: chunk.length,
        tokenOption: tokenOptionOf(kind),
      });
    } catch (error) {
      return { kind: 'failed', error: isSinkError(error) ? error : retryable(messageOf(error)) };
    }
  }

  #accept(chunk: Chunk, { outcome }: Posting): readonly [] {
    for (const { record, name } of chunk) outcome.accept(record, name);
    this.#context.count('points_accepted', chunk.length);
    return [];
  }

  #refuse(chunk: Chunk, error: SinkError, { outcome }: Posting, reason?: string): readonly [] {
    for (const { record, name } of chunk)
      outcome.refuse(record, name, { reason: reason ?? `${name}: ${error.message}`, error });
    this.#context.count('points_refused', chunk.length);
    return [];
  }

  /**
   * Either the points cannot be parsed, or something on the way limits without a word. As long as nothing at all
   * is accepted it may be a limit, which the lane waits out; but not for ever.
   */
  #onUnnamedLimit(chunk: Chunk, error: SinkError, posting: Posting) {
    if (chunk.length > 1) return halvesOf(chunk);
    const mayBeLimit = !posting.outcome.hasAccepted && posting.attempt <= patientAttempts;
    return mayBeLimit ? stop(posting, error) : this.#refuse(chunk, error, posting);
  }

  #onFaulty(chunk: Chunk, answer: Faulty, posting: Posting) {
    const { complaints, error, failed } = answer;
    this.#noteMistyped(complaints);
    const { points, certainty } = suspicionOf(chunk, complaints);
    const suspects = chunk.length === 1 ? chunk : points;
    if (suspects.length === 0) return halvesOf(chunk);

    const isCertain =
      certainty === 'certain' || suspects.length === 1 || suspects.length === failed;
    const left = isCertain
      ? this.#refuse(suspects, error, posting, accountWordFor(answer))
      : halvesOf(suspects);
    const rest = chunk.filter((point) => !suspects.includes(point));
    if (rest.length === 0) return left;
    return answer.others === 'taken' ? [...left, ...this.#accept(rest, posting)] : [...left, rest];
  }

  #noteMistyped(complaints: readonly Complaint[]): void {
    for (const name of complaints.flatMap((one) => mistypedName(one) ?? [])) {
      if (this.#mistyped.has(name) || this.#mistyped.size >= mostMistyped) continue;
      this.#mistyped.add(name);
      this.#context.log.warn(
        { metric: name },
        'The service knows this metric as another type, so it is left out; delete it there, or set options.prefix.',
      );
    }
  }
}

/** The word under which the account counts it, where it has one of its own. */
function accountWordFor({ complaints, error }: Faulty): string | undefined {
  if (complaints.some(isAboutAge)) return 'expired';
  return error.status === 413 ? 'too_large' : undefined;
}

function stop({ outcome }: Posting, error: SinkError): readonly [] {
  outcome.stop(error);
  return [];
}

function chunksOf(points: readonly Point[], most: number): readonly Chunk[] {
  const count = Math.ceil(points.length / most);
  return Array.from({ length: count }, (_, at) => points.slice(at * most, (at + 1) * most));
}

function halvesOf(chunk: Chunk): readonly Chunk[] {
  const middle = Math.ceil(chunk.length / 2);
  return [chunk.slice(0, middle), chunk.slice(middle)].filter((half) => half.length > 0);
}
