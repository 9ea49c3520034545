import type { Clock } from '@tallyman/sdk';
import type { Dialler, Wire } from './dialler.ts';

export interface StandbyContext {
  readonly dialler: Dialler;
  readonly clock: Clock;
  /** Called when a connection is open. */
  readonly ready: () => void;
  /** Called when none could be opened. */
  readonly failed: (error: unknown) => void;
}

/** How long a silent connection is kept: as long as the service's own clients do (le_node, inactivityTimeout). */
export const idleMs = 15_000;

/** The next connection, opened ahead so that nobody waits for it, and let go where nobody wants it. */
export class Standby {
  readonly #context: StandbyContext;
  #dialling: AbortController | undefined;
  #wire: Wire | undefined;
  #cancelIdle: (() => void) | undefined;

  constructor(context: StandbyContext) {
    this.#context = context;
  }

  /** Opens a connection, unless one is open or being opened. */
  prepare(): void {
    if (this.#wire || this.#dialling) return;
    const dialling = new AbortController();
    this.#dialling = dialling;
    this.#context.dialler.dial(dialling.signal).then(
      (wire) => {
        if (dialling.signal.aborted) {
          wire.hangUp();
          return;
        }
        this.#dialling = undefined;
        this.keep(wire);
        this.#context.ready();
      },
      (error) => {
        if (dialling.signal.aborted) return;
        this.#dialling = undefined;
        this.#context.failed(error);
      },
    );
  }

  /** Keeps an open connection ready for a while. */
  keep(wire: Wire): void {
    this.#letGo();
    this.#wire = wire;
    wire.socket.once('end', this.#letGo).once('close', this.#letGo).resume();
    this.#cancelIdle = this.#context.clock.after(idleMs, this.#letGo);
  }

  /** Gives the open connection away, if there is one. */
  take(): Wire | undefined {
    const wire = this.#wire;
    this.#wire = undefined;
    this.#cancelIdle?.();
    wire?.socket.off('end', this.#letGo).off('close', this.#letGo);
    return wire;
  }

  /** Lets go of what is open or being opened. */
  close(): void {
    this.#dialling?.abort(new Error('the sink is closing'));
    this.#dialling = undefined;
    this.#letGo();
  }

  readonly #letGo = (): void => {
    this.take()?.socket.destroy();
  };
}
