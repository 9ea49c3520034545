import { isSinkError, messageOf, retryable, type SinkContext } from '@tallyman/sdk';
import { annotationFrom } from './annotation.ts';
import { type Answer, answerFrom, patientAttempts } from './answer.ts';
import type { Outcome } from './outcome.ts';
import type { Plan } from './plan.ts';
import { metricName } from './sanitise.ts';
import type { Service } from './service.ts';
import type { LibratoSettings } from './settings.ts';
import { tokenOptionOf } from './token-option.ts';

export interface AnnotatorOptions {
  readonly service: Service;
  readonly context: SinkContext;
  readonly settings: LibratoSettings;
}

interface Posting {
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly signal: AbortSignal;
}

// One event a request, and nothing published about how many: ten a second is what one client does in a row.
const paceMs = 100;

const mostRemembered = 2_000;

/** Posts events one after the other at a pace of its own. What the service has, it is not sent again. */
export class Annotator {
  readonly #service: Service;
  readonly #context: SinkContext;
  readonly #settings: LibratoSettings;
  /** Ids of events that were accepted: sent again, they would stand there twice. */
  readonly #accepted = new Set<string>();
  #nextMs = 0;

  constructor({ service, context, settings }: AnnotatorOptions) {
    this.#service = service;
    this.#context = context;
    this.#settings = settings;
  }

  /** Never rejects: what happened is in the outcome. */
  async post(events: Plan['events'], posting: Posting): Promise<void> {
    const { outcome } = posting;
    const unsent = events.filter(({ event }) => !this.#accepted.has(event.id));
    for (const { record } of unsent) outcome.expect(record);
    for (const one of unsent) {
      if (outcome.stopped) return;
      await this.#postOne(one, posting);
    }
  }

  async #postOne({ record, event }: Plan['events'][number], posting: Posting): Promise<void> {
    const { outcome, attempt } = posting;
    const answer = await this.#answerTo(event, posting.signal);
    this.#context.progress();
    const mayBeLimit = answer.kind === 'unnamed-limit' && attempt <= patientAttempts;
    if (answer.kind === 'accepted') {
      this.#remember(event.id);
      this.#context.count('annotations_accepted', 1);
      outcome.accept(record, event.id);
    } else if (answer.kind === 'failed' || mayBeLimit) outcome.stop(answer.error);
    else outcome.refuse(record, event.id, { reason: answer.error.message, error: answer.error });
  }

  async #answerTo(event: Plan['events'][number]['event'], signal: AbortSignal): Promise<Answer> {
    const { annotationStream, naming } = this.#settings;
    const stream = metricName(annotationStream.replaceAll('{action}', event.action));
    try {
      await this.#turn(signal);
      const annotation = annotationFrom(event, naming);
      const response = await this.#service.annotation(stream, annotation, signal);
      const nowMs = this.#context.clock.now();
      return answerFrom(response, { nowMs, points: 1, tokenOption: tokenOptionOf('event') });
    } catch (error) {
      return { kind: 'failed', error: isSinkError(error) ? error : retryable(messageOf(error)) };
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    const nowMs = clock.monotonicMs();
    const turnMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = turnMs + paceMs;
    if (turnMs > nowMs) await clock.sleep(turnMs - nowMs, signal);
  }

  #remember(id: string): void {
    this.#accepted.add(id);
    const [oldest] = this.#accepted;
    if (this.#accepted.size > mostRemembered && oldest !== undefined) this.#accepted.delete(oldest);
  }
}
