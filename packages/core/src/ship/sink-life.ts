import type { Sink } from '@tallyman/sdk';
import { failureFrom } from './failure.ts';
import type { Gate } from './gate.ts';
import { type Limits, limited } from './limited.ts';
import type { Reports } from './reports.ts';

export interface SinkLifeContext {
  readonly limits: Limits;
  readonly gate: Gate;
  readonly reports: Reports;
}

/** A sink's opening and closing. A failed opening closes the gate; the lane tries again when that opens. */
export class SinkLife {
  readonly #sink: Sink;
  readonly #context: SinkLifeContext;
  #open = false;

  constructor(sink: Sink, context: SinkLifeContext) {
    this.#sink = sink;
    this.#context = context;
  }

  /** Whether the sink may be written to. */
  get open(): boolean {
    return this.#open;
  }

  /** Tries once to open the sink. Never rejects. */
  async tryOpen(signal: AbortSignal): Promise<void> {
    const { limits, gate, reports } = this.#context;
    try {
      await limited(
        async (attempt) => this.#sink.open?.(attempt),
        'opening the sink',
        limits,
        signal,
      );
      this.#open = true;
      gate.succeeded();
      reports.recovered();
    } catch (error) {
      if (signal.aborted) return;
      const failure = failureFrom(error);
      const delayMs =
        failure.kind === 'credentials' ? gate.refusedCredentials(failure) : gate.failed(failure);
      reports.openingFailed(failure, delayMs);
    }
  }

  /** Closes the sink, which may take until the deadline. Never rejects. */
  async close(deadline: AbortSignal): Promise<void> {
    const { limits, reports } = this.#context;
    this.#open = false;
    try {
      await limited(
        async (attempt) => this.#sink.close?.(attempt),
        'closing the sink',
        limits,
        deadline,
      );
    } catch (error) {
      reports.closingFailed(failureFrom(error));
    }
  }
}
