import type { LaneSettings } from '../settings.ts';
import type { SinkStatus } from './lane-status.ts';
import { Sender, type SenderContext } from './sender.ts';

/** What the lane sends by: one sender at a time, so that what it holds outlives each of its sinks. */
export class Sending {
  readonly #context: SenderContext;
  #sender: Sender;
  /** Those that issue no write any more, until their sinks are closed. */
  readonly #retiring = new Set<Sender>();
  #replacing: Promise<void> = Promise.resolve();
  /** Ends the patience with them. */
  readonly #hurry = new AbortController();

  constructor(settings: LaneSettings, context: SenderContext) {
    this.#context = context;
    this.#sender = new Sender(settings, context);
  }

  get status(): SinkStatus {
    return this.#sender.status;
  }

  /** Setbacks since the destination last accepted something. */
  get failures(): number {
    return this.#sender.failures;
  }

  /** Why the sink fails, while it does. */
  get failureReason(): string | undefined {
    return this.#sender.failureReason;
  }

  start(): void {
    this.#sender.start();
  }

  /** Attempts under way get their whole time again. */
  progress(): void {
    for (const sender of [this.#sender, ...this.#retiring]) sender.progress();
  }

  /** Issues as many writes as may go now. Called whenever that may have changed. */
  pump(): void {
    this.#sender.pump();
  }

  /** As {@link Sending.pump}, once for all that happens in this turn. */
  pumpSoon(): void {
    this.#sender.pumpSoon();
  }

  /**
   * Goes on with another sink. What is being written has until the deadline and is taken back then; the new sink is
   * opened when the old one is closed: so nothing is written twice, and the order is kept. Never rejects.
   */
  replace(settings: LaneSettings, deadline: AbortSignal): Promise<void> {
    const old = this.#sender;
    this.#retiring.add(old);
    this.#sender = new Sender(settings, this.#context);
    this.#replacing = this.#replaced(old, this.#sender, deadline);
    return this.#replacing;
  }

  /** Sends on while the deadline lasts, then takes the attempts back and closes the sink. Never rejects. */
  async stop(deadline: AbortSignal): Promise<void> {
    const hurry = () => this.#hurry.abort();
    if (deadline.aborted) hurry();
    else deadline.addEventListener('abort', hurry, { once: true });
    await this.#replacing;
    deadline.removeEventListener('abort', hurry);
    await this.#sender.stop(deadline);
  }

  async #replaced(old: Sender, next: Sender, deadline: AbortSignal): Promise<void> {
    const patience = AbortSignal.any([deadline, this.#hurry.signal]);
    await Promise.all([this.#replacing, old.retire(patience)]);
    this.#retiring.delete(old);
    next.start();
    this.#context.changed();
  }
}
