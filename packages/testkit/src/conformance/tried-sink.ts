import type { Batch, Sink } from '@tallyman/sdk';
import { Call } from './call.ts';
import type { Resources } from './watch/resources.ts';

const never = new AbortController().signal;

/** A sink whose calls are watched. */
export class TriedSink {
  readonly #sink: Sink;
  readonly #resources: Resources;
  #wasClosed = false;

  constructor(sink: Sink, resources: Resources) {
    this.#sink = sink;
    this.#resources = resources;
  }

  get hasOpen(): boolean {
    return typeof this.#sink.open === 'function';
  }

  get hasClose(): boolean {
    return typeof this.#sink.close === 'function';
  }

  get wasClosed(): boolean {
    return this.#wasClosed;
  }

  open(signal: AbortSignal = never): Call {
    return this.#call(() => this.#sink.open?.(signal));
  }

  write(batch: Batch, signal: AbortSignal = never): Call {
    return this.#call(() => this.#sink.write(batch, signal));
  }

  close(signal: AbortSignal = never): Call {
    this.#wasClosed = true;
    return this.#call(() => this.#sink.close?.(signal));
  }

  #call(call: () => unknown): Call {
    return new Call(() => this.#resources.watch(call));
  }
}
