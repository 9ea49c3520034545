import {
  type Batch,
  isSinkError,
  messageOf,
  recordsOf,
  retryable,
  type Sink,
  type SinkContext,
} from '@tallyman/sdk';
import type { Destination } from '../destination.ts';
import type { Framer } from '../framing/framer.ts';
import { Carrier } from './carrier.ts';
import { Confirmation } from './confirmation.ts';
import type { Ending } from './connection.ts';
import { Dialler } from './dialler.ts';
import { nameOf } from './dialling-error.ts';
import { Load } from './load.ts';
import { LoadingDock } from './loading-dock.ts';
import { Partings } from './partings.ts';
import { Standby } from './standby.ts';

export interface TcpSinkSettings {
  readonly destination: Destination;
  readonly framer: Framer;
  readonly confirm: 'fin' | 'none';
}

/**
 * Sends lines over one connection after the other. A write resolves when the connection that took its last byte
 * is answered; the next connection carries nothing before that, so the order is kept. When a connection fails,
 * so does everything unresolved: the runtime issues it again, oldest first.
 */
export class TcpSink implements Sink {
  readonly #context: SinkContext;
  readonly #framer: Framer;
  readonly #name: string;
  readonly #confirmation: Confirmation;
  readonly #dialler: Dialler;
  readonly #dock: LoadingDock;
  readonly #standby: Standby;
  readonly #partings: Partings;
  #carrier: Carrier | undefined;
  #pumpDue = false;

  constructor({ destination, framer, confirm }: TcpSinkSettings, context: SinkContext) {
    const { clock } = context;
    const confirmation = new Confirmation(confirm, context);
    const dialler = new Dialler(destination, clock);
    this.#context = context;
    this.#framer = framer;
    this.#name = nameOf(destination);
    this.#confirmation = confirmation;
    this.#dialler = dialler;
    this.#dock = new LoadingDock(framer);
    this.#standby = new Standby({
      dialler,
      clock,
      ready: () => this.#pump(),
      failed: (error) => {
        // While another connection carries, nobody waits for this one.
        if (!this.#carrier) this.#failAll(error);
      },
    });
    this.#partings = new Partings({ dialler, clock, confirmation });
  }

  async open(signal: AbortSignal): Promise<void> {
    this.#standby.keep(await this.#dialler.dial(signal));
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    this.#framer.check(recordsOf(batch));
    signal.throwIfAborted();
    const load = new Load(batch, signal, () => this.#takeBack(load));
    this.#dock.add(load);
    this.#pumpSoon();
    await load.outcome;
  }

  async close(signal: AbortSignal): Promise<void> {
    this.#standby.close();
    this.#carrier?.close();
    await this.#partings.settle(signal);
    this.#carrier?.drop('the sink is closing');
    this.#failAll(new Error('the sink is closing'));
  }

  /** Once for all that is written in this turn: small batches leave together. */
  #pumpSoon(): void {
    if (this.#pumpDue) return;
    this.#pumpDue = true;
    setImmediate(() => {
      this.#pumpDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#dock.isEmpty) return;
    if (this.#confirmation.isProbeDue) this.#partings.probe();
    if (!this.#carrier) {
      const wire = this.#standby.take();
      if (!wire) {
        this.#standby.prepare();
        return;
      }
      this.#carrier = this.#carrierOn(wire);
    }
    this.#carrier.fill();
  }

  #carrierOn(wire: Parameters<Standby['keep']>[0]): Carrier {
    const { clock } = this.#context;
    return new Carrier(wire, {
      clock,
      progress: () => this.#context.progress(),
      dock: this.#dock,
      confirmation: this.#confirmation,
      nextWanted: () => this.#standby.prepare(),
      closing: (carrier) => this.#closing(carrier),
      ended: (carrier, ending) => this.#ended(carrier, ending),
    });
  }

  #closing(carrier: Carrier): void {
    if (this.#confirmation.isOn) {
      this.#standby.prepare();
      return;
    }
    // Nothing depends on its answer: the next bytes need not wait for it.
    this.#partings.add(carrier);
    if (carrier === this.#carrier) this.#carrier = undefined;
  }

  #ended(carrier: Carrier, ending: Ending): void {
    this.#partings.remove(carrier);
    if (carrier === this.#carrier) this.#carrier = undefined;
    if (ending.kind === 'answered') {
      this.#confirmation.answered(ending);
      this.#context.progress();
      for (const load of carrier.aboard) load.deliver();
      this.#pumpSoon();
      return;
    }
    if (ending.kind === 'unanswered') this.#confirmation.unanswered();
    const error = retryable(`writing to ${this.#name}: ${ending.reason}`, { cause: ending.cause });
    for (const load of carrier.aboard) load.fail(error);
    this.#failAll(error);
  }

  /** An aborted write: what follows it can only come after it. */
  #takeBack(load: Load): void {
    const reason = 'a write was taken back';
    if (load.next > 0) this.#carrier?.drop(reason);
    this.#fail(this.#dock.removeFrom(load), new Error(reason));
  }

  #failAll(cause: unknown): void {
    this.#fail(this.#dock.removeFrom(), cause);
  }

  #fail(loads: readonly Load[], cause: unknown): void {
    const error = isSinkError(cause)
      ? cause
      : retryable(`writing to ${this.#name}: ${messageOf(cause)}`, { cause });
    for (const load of loads) load.fail(error);
  }
}
