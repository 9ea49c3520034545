import type { Server } from 'node:net';
import { type Clock, systemClock } from '@tallyman/sdk';
import type { Certificate } from './certificate.ts';
import { Listener } from './listener.ts';
import { polled } from './polled.ts';
import type { Receiver, ReceiverAddress, ReceiverOptions, ReceiverSettings } from './receiver.ts';
import { Script } from './script.ts';

export interface ScriptedSettings extends ReceiverSettings {
  readonly server: Server;
  readonly certificate: Certificate | undefined;
  readonly schemes: { readonly plain: string; readonly tls: string };
}

/** What all receivers have in common: a place on loopback, a script, and an orderly end. */
export abstract class ScriptedReceiver<Step, Ledger, Counts>
  implements Receiver<Step, Ledger, Counts>
{
  readonly #scheme: string;
  readonly #ca: string | undefined;
  readonly #closing = new AbortController();
  protected readonly clock: Clock;
  protected readonly steps: Script<Step>;
  protected readonly listener: Listener;
  protected readonly holdMs: number;

  protected constructor(always: Step, options: ReceiverOptions, settings: ScriptedSettings) {
    const { certificate, clock = systemClock, schemes, server } = settings;
    this.clock = clock;
    this.#scheme = certificate ? schemes.tls : schemes.plain;
    this.#ca = options.tls === 'untrusted' ? undefined : certificate?.cert;
    this.holdMs = options.holdMs ?? 120_000;
    this.steps = new Script(always);
    this.listener = new Listener(server, options.port);
  }

  abstract ledger(): Ledger;
  abstract counts(): Counts;
  abstract clear(): void;

  get address(): ReceiverAddress {
    const { host, port } = this.listener;
    if (port === 0) throw new Error('asking a receiver for its address: it does not listen yet');
    const address = { host, port, url: `${this.#scheme}://${host}:${port}` };
    return this.#ca === undefined ? address : { ...address, ca: this.#ca };
  }

  script(steps: readonly Step[]): void {
    this.steps.set(steps);
  }

  always(step: Step): void {
    this.steps.setAlways(step);
  }

  async refuse(): Promise<void> {
    this.listener.refuse();
  }

  listen(): Promise<void> {
    return this.listener.listen();
  }

  cut(): void {
    this.listener.cut();
  }

  /** Waits until the counts are as asked. */
  async until(condition: (counts: Counts) => boolean, signal: AbortSignal): Promise<Counts> {
    return polled(() => this.counts(), condition, AbortSignal.any([signal, this.closing]));
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the receiver was closed'));
    await this.listener.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Aborts when the receiver closes. */
  protected get closing(): AbortSignal {
    return this.#closing.signal;
  }
}
