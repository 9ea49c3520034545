import {
  type Batch,
  type ContainerEvent,
  type ContainerStat,
  type RecordKind,
  retryable,
  type Sink,
  type SinkContext,
} from '@tallyman/sdk';
import { Annotator } from './annotator.ts';
import { answerFrom } from './answer.ts';
import type { LibratoOptions } from './options.ts';
import { Outcome } from './outcome.ts';
import { PartlyDone } from './partly-done.ts';
import { planOf } from './plan.ts';
import type { Point } from './point.ts';
import { Poster } from './poster.ts';
import { SampleHistory } from './sample-history.ts';
import { Service } from './service.ts';
import { type LibratoSettings, settingsFrom } from './settings.ts';
import { tokenOptionOf } from './token-option.ts';

type LibratoBatch = Batch<ContainerStat | ContainerEvent>;

/**
 * Sends samples as points and events as annotations. A point sent again replaces itself, as its time is snapped
 * and its value the same; so a batch may come again, as a whole or in part.
 */
export class LibratoSink implements Sink<ContainerStat | ContainerEvent> {
  readonly #context: SinkContext;
  readonly #settings: LibratoSettings;
  readonly #history: SampleHistory;
  readonly #service: Service;
  readonly #poster: Poster;
  readonly #annotator: Annotator;
  readonly #partlyDone = new PartlyDone();

  constructor(options: LibratoOptions, context: SinkContext) {
    const settings = settingsFrom(options);
    const service = new Service(settings, context);
    this.#context = context;
    this.#settings = settings;
    this.#service = service;
    this.#history = new SampleHistory({
      periodSeconds: settings.periodSeconds,
      onForgotten: (containers) => context.count('containers_forgotten', containers),
    });
    this.#poster = new Poster({ service, context, mostPoints: settings.mostPoints });
    this.#annotator = new Annotator({ service, context, settings });
  }

  /** Posts no points with each token: credentials are refused before anything else about a request is. */
  async open(signal: AbortSignal): Promise<void> {
    for (const kind of this.#service.tokenKinds) await this.#prove(kind, signal);
  }

  async write(batch: LibratoBatch, signal: AbortSignal): Promise<void> {
    const outcome = new Outcome(batch.records.length);
    const posting = { attempt: batch.attempt, outcome, signal };
    const { points, events, expired, timeless } = planOf(batch, {
      settings: this.#settings,
      history: this.#history,
      nowMs: this.#context.clock.now(),
      logCounts: this.#context.token('log') === undefined ? 'none' : 'sent',
    });
    for (const record of expired) outcome.drop(record, { reason: 'expired' });
    for (const record of timeless) outcome.drop(record, { reason: 'its time cannot be read' });

    const unanswered = this.#unanswered(points, batch, outcome);
    for (const group of this.#byToken(unanswered)) await this.#poster.post(group, posting);
    await this.#annotator.post(events, posting);

    this.#remember(batch, outcome);
    outcome.settle();
  }

  async close(): Promise<void> {
    this.#service.close();
  }

  async #prove(kind: RecordKind, signal: AbortSignal): Promise<void> {
    const response = await this.#service.probe(kind, signal);
    const nowMs = this.#context.clock.now();
    const answer = answerFrom(response, { nowMs, points: 0, tokenOption: tokenOptionOf(kind) });
    if (answer.kind === 'accepted') return;
    const { message, status } = answer.error;
    const isUnread = answer.kind === 'unnamed-limit' || /pars/i.test(response.text);
    if (isUnread && this.#settings.gzip)
      throw retryable(`${message}; it may not read compressed requests: try options.gzip: false`);
    // No points are refused as such, and a limit is reached only with credentials that are valid.
    if (answer.kind !== 'faulty' && status !== 429) throw answer.error;
  }

  /** With one request for both, where both go with the same token. */
  #byToken(points: readonly Point[]): readonly (readonly Point[])[] {
    if (!this.#service.tokenKinds.includes('log')) return [points];
    return [
      points.filter(({ kind }) => kind === 'stat'),
      points.filter(({ kind }) => kind === 'log'),
    ];
  }

  /** Without the points that were answered when their record was tried before. */
  #unanswered(points: readonly Point[], { records }: LibratoBatch, outcome: Outcome) {
    return points.filter(({ record, name }) => {
      const answered = this.#partlyDone.pointsOf(records[record]?.id ?? '').get(name);
      if (answered !== undefined && answered !== 'accepted') outcome.drop(record, answered);
      return answered === undefined;
    });
  }

  #remember({ records }: LibratoBatch, outcome: Outcome): void {
    for (const [at, record] of records.entries()) {
      const answered = outcome.answeredOf(at);
      if (answered !== undefined) this.#partlyDone.remember(record.id, answered);
      else this.#partlyDone.forget(record.id);
      // What is tried again asks for the same windows.
      if (record.kind === 'stat' && !outcome.stopped) this.#history.settled(record);
    }
  }
}
