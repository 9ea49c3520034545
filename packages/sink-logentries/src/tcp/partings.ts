import type { Clock } from '@tallyman/sdk';
import type { Confirmation } from './confirmation.ts';
import { Connection } from './connection.ts';
import type { Dialler } from './dialler.ts';

export interface PartingsContext {
  readonly dialler: Dialler;
  readonly clock: Clock;
  readonly confirmation: Confirmation;
}

/** A connection on whose answer nothing depends. */
interface Parting {
  drop(reason: string): void;
}

// What the kernel has is sent anyway; waiting only shows whether it was wanted.
const lastWaitMs = 1_000;

/** Connections that were closed on our side and carry nothing that is waited for. */
export class Partings {
  readonly #context: PartingsContext;
  readonly #partings = new Set<Parting>();
  readonly #closing = new AbortController();
  #wake: () => void = () => {};

  constructor(context: PartingsContext) {
    this.#context = context;
  }

  add(parting: Parting): void {
    this.#partings.add(parting);
  }

  remove(parting: Parting): void {
    this.#partings.delete(parting);
    if (this.#partings.size === 0) this.#wake();
  }

  /** Closes an empty connection, to see whether the peer answers. */
  probe(): void {
    const { dialler, clock, confirmation } = this.#context;
    const { signal } = this.#closing;
    dialler.dial(signal).then(
      (wire) => {
        const connection = new Connection(wire, {
          clock,
          taken: () => {},
          silenceMs: () => 0,
          isRepeatable: () => true,
          ended: (ending) => {
            this.remove(connection);
            if (ending.kind === 'answered') confirmation.answered(ending);
          },
        });
        this.add(connection);
        if (signal.aborted) connection.drop('the sink is closing');
        else connection.halfClose();
      },
      // Not reached: nothing is learned.
      () => {},
    );
  }

  /** Waits a moment for the last answers, then drops what is left. */
  async settle(signal: AbortSignal): Promise<void> {
    this.#closing.abort(new Error('the sink is closing'));
    if (this.#partings.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const cancel = this.#context.clock.after(lastWaitMs, resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
      await promise;
      cancel();
    }
    for (const parting of this.#partings) parting.drop('the sink is closing');
  }
}
