import type { SinkContext } from '@tallyman/sdk';
import { type Confirmation, connectionMs } from './confirmation.ts';
import { Connection, type Ending } from './connection.ts';
import type { Wire } from './dialler.ts';
import type { Load } from './load.ts';
import type { Chunk, LoadingDock } from './loading-dock.ts';
import { idleMs } from './standby.ts';

export interface CarrierContext extends Pick<SinkContext, 'clock' | 'progress'> {
  readonly dock: LoadingDock;
  readonly confirmation: Confirmation;
  /** Called when it is time to open the next connection. */
  readonly nextWanted: () => void;
  /** Called when the connection carries nothing more. */
  readonly closing: (carrier: Carrier) => void;
  readonly ended: (carrier: Carrier, ending: Ending) => void;
}

// When nothing more comes, the answer need not wait for the connection's whole second. Much was carried: probably
// the lane waits for it, with as many bytes in flight as it may have.
const [lullMs, lullAfterMuchMs, muchBytes] = [250, 50, 1024 * 1024];

/** Fills one connection from the dock, and knows which loads end on it. */
export class Carrier {
  readonly #context: CarrierContext;
  readonly #connection: Connection;
  readonly #aboard: Load[] = [];
  #isClosing = false;
  #cancelAge: (() => void) | undefined;
  #cancelLull: (() => void) | undefined;

  constructor(wire: Wire, context: CarrierContext) {
    this.#context = context;
    this.#connection = new Connection(wire, {
      clock: context.clock,
      taken: context.progress,
      silenceMs: (carried) => context.confirmation.pace.silenceMs(carried),
      isRepeatable: () => context.confirmation.isOn,
      ended: (ending) => {
        this.#cancelAge?.();
        this.#cancelLull?.();
        context.ended(this, ending);
      },
    });
  }

  /** Loads whose outcome is the connection's. */
  get aboard(): readonly Load[] {
    return this.#aboard;
  }

  /** Puts on what waits, as far as there is room. */
  fill(): void {
    const { dock, confirmation, nextWanted } = this.#context;
    const connection = this.#connection;
    while (connection.hasRoom && !dock.isEmpty) {
      const { carriedBytes } = connection;
      const limitBytes = confirmation.limitBytes - carriedBytes;
      const chunk = dock.chunk({ limitBytes, isFresh: carriedBytes === 0 });
      this.#carry(chunk);
      if (chunk.isFull) this.close();
      else if (connection.carriedBytes * 2 >= confirmation.limitBytes) nextWanted();
    }
  }

  /** Carries nothing more. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#cancelAge?.();
    this.#cancelLull?.();
    this.#connection.halfClose();
    this.#context.closing(this);
  }

  drop(reason: string): void {
    this.#connection.drop(reason);
  }

  #carry(chunk: Chunk): void {
    this.#aboard.push(...chunk.completed);
    if (chunk.lines.length === 0) return;
    this.#cancelLull?.();
    this.#connection.carry(chunk.lines.view(), () => this.#taken(chunk));
    const { clock, confirmation } = this.#context;
    if (confirmation.isOn) this.#cancelAge ??= clock.after(connectionMs, () => this.close());
  }

  #taken(chunk: Chunk): void {
    const { confirmation, dock } = this.#context;
    dock.recycle(chunk);
    if (!confirmation.isOn) {
      for (const load of this.#aboard.splice(0, chunk.completed.length)) {
        confirmation.unconfirmed(load.records.length);
        load.deliver();
      }
    }
    this.fill();
    if (dock.isEmpty && !this.#connection.isBusy && !this.#isClosing) this.#rest();
  }

  /** Nothing waits. */
  #rest(): void {
    const { clock } = this.#context;
    this.#cancelLull = clock.after(this.#patienceMs(), () => this.close());
  }

  #patienceMs(): number {
    if (!this.#context.confirmation.isOn) return idleMs;
    return this.#connection.carriedBytes < muchBytes ? lullMs : lullAfterMuchMs;
  }
}
