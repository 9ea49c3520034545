import type { Clock, DropReason } from '@tallyman/sdk';
import type { Diagnostics } from '../vitals/log.ts';
import type { HeldBatch } from './batch.ts';
import type { Drop } from './delivery.ts';
import type { Content } from './entry.ts';
import { bounded, type Failure } from './failure.ts';
import type { Verdict } from './verdict.ts';

export interface ReportsSettings {
  readonly sink: string;
  readonly log: Diagnostics;
  readonly clock: Clock;
}

export interface UnreadableBatch {
  readonly id: string;
  readonly content: Content;
  /** Number of records. */
  readonly records: number;
}

/** Between two log lines of the same kind. */
const quietMs = 60_000;

/** What a lane says about its sink: the first of a kind at once, then at most one a minute, and what it kept to itself as a number. */
export class Reports {
  readonly #sink: string;
  readonly #log: Diagnostics;
  readonly #clock: Clock;
  readonly #kinds = new Map<string, { lastMs: number; unsaid: number }>();
  #failures = 0;
  #failingSinceMs = 0;
  #saidFailing = false;
  #saidRefused = false;
  #saidAbandoned = false;

  constructor({ sink, log, clock }: ReportsSettings) {
    this.#sink = sink;
    this.#log = log;
    this.#clock = clock;
  }

  failed(
    { batch, attempt, delayMs }: { batch: HeldBatch; attempt: number; delayMs: number },
    failure: Failure,
    verdict: Verdict,
  ): void {
    const records = batch.records.length;
    if (verdict.pause !== 'none')
      this.#setback(failure, { batch: batch.id, records, attempt, delayMs });
    for (const drop of verdict.dropped) this.dropped(drop);
    if (verdict.senseless.length > 0) {
      const indexes = verdict.senseless.slice(0, 10).map(String);
      this.#say('senseless', verdict.senseless.length, (unsaid) =>
        this.#log.warn(
          { sink: this.#sink, batch: batch.id, records, indexes, unsaid },
          'The sink named records that the batch does not have, or named them twice; these were left out.',
        ),
      );
    }
  }

  /** What was said of the sink was of another one: what this one does is said anew. */
  sinkChanged(): void {
    this.#saidFailing ||= this.#saidRefused;
    this.#saidRefused = false;
    this.#saidAbandoned = false;
    this.#kinds.delete('failing');
  }

  openingFailed(failure: Failure, delayMs: number): void {
    this.#setback(failure, { delayMs });
  }

  /** The destination accepted something. */
  recovered(): void {
    if (this.#failures === 0) return;
    if (this.#saidFailing || this.#saidRefused) {
      const outageMs = Math.round(this.#clock.monotonicMs() - this.#failingSinceMs);
      const fields = { sink: this.#sink, failures: this.#failures, outageMs };
      this.#log.info(fields, 'The sink works again.');
    }
    this.#failures = 0;
    this.#saidFailing = false;
    this.#saidRefused = false;
  }

  dropped({ records: { length: records }, reason, sample }: Drop): void {
    this.lost(records, reason, sample);
  }

  /** Of `records` records; `sample` is one of the causes. */
  lost(records: number, reason: DropReason, sample: string): void {
    this.#say(`dropped ${reason}`, records, (unsaid) =>
      this.#log.error(
        { sink: this.#sink, reason, records, unsaid, sample: bounded(sample) },
        'Records were dropped.',
      ),
    );
  }

  /** The records of a batch that the disk does not give back; they are counted as dropped. */
  unreadable({ id, content, records }: UnreadableBatch, error: string): void {
    this.#say('unreadable', records, (unsaid) =>
      this.#log.error(
        { sink: this.#sink, batch: id, content, records, unsaid, error: bounded(error) },
        'A batch cannot be read back from the disk, its records are lost. Check the disk of the state directory.',
      ),
    );
  }

  parked(): void {
    this.#say('parked', 1, (unsaid) =>
      this.#log.warn(
        { sink: this.#sink, unsaid },
        "The lane is full and takes no more logs. They are read later from the engine's own log, as long as that keeps them.",
      ),
    );
  }

  abandoned(): void {
    if (this.#saidAbandoned) return;
    this.#saidAbandoned = true;
    this.#log.error(
      { sink: this.#sink },
      'The sink ignores the signal to stop; it was left behind and may leak. Report this to its author.',
    );
  }

  closingFailed(failure: Failure): void {
    this.#log.warn({ sink: this.#sink, error: failure.message }, 'Closing the sink failed.');
  }

  #setback(failure: Failure, facts: object): void {
    if (this.#failures === 0) this.#failingSinceMs = this.#clock.monotonicMs();
    this.#failures += 1;
    const { status, message: error } = failure;
    const fields = { sink: this.#sink, ...facts, status, error, failures: this.#failures };
    if (failure.kind !== 'credentials') {
      this.#say('failing', 1, (unsaid) => {
        this.#saidFailing = true;
        this.#log.warn({ ...fields, unsaid }, 'Delivery failed, retrying.');
      });
    } else if (!this.#saidRefused) {
      this.#saidRefused = true;
      this.#log.error(
        fields,
        "The destination refuses the credentials: check this sink's token in the configuration. Its records are held and tried again slowly.",
      );
    }
  }

  /** Says it, unless the same was said within the last minute; `unsaid` counts what was not. */
  #say(kind: string, count: number, say: (unsaid: number) => void): void {
    const nowMs = this.#clock.monotonicMs();
    const last = this.#kinds.get(kind);
    if (last && nowMs - last.lastMs < quietMs) {
      last.unsaid += count;
      return;
    }
    this.#kinds.set(kind, { lastMs: nowMs, unsaid: 0 });
    say(last?.unsaid ?? 0);
  }
}
