import { setMaxListeners } from 'node:events';
import type { Clock } from '@tallyman/sdk';
import type { LaneSettings, QueueSettings } from '../settings.ts';
import { type Delivery, hasFailed, type Outcome } from './delivery.ts';
import { Gate } from './gate.ts';
import type { Hold } from './hold.ts';
import type { SinkStatus } from './lane-status.ts';
import type { Reports } from './reports.ts';
import { SinkLife } from './sink-life.ts';
import { accepting } from './stages/accepting.ts';
import { type AttemptVitals, observed } from './stages/observed.ts';
import { retrying } from './stages/retrying.ts';
import { chain, type Send, writing } from './stages/send.ts';
import { timed } from './stages/timed.ts';
import { Writes } from './writes.ts';

export interface SenderContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly nextId: () => string;
  readonly hold: Hold;
  readonly vitals: AttemptVitals;
  readonly reports: Reports;
  /** Takes each attempt's outcome, in the turn in which the hold gives the records up. */
  readonly settled: (delivery: Delivery, outcome: Outcome) => void;
  /** Called when {@link Sender.status} may have changed. */
  readonly changed: () => void;
}

/** Issues the writes of what the hold holds, oldest first: opens the sink, waits at the gate, takes attempts back. */
export class Sender {
  readonly #context: SenderContext;
  readonly #ordered: boolean;
  readonly #gate: Gate;
  readonly #sink: SinkLife;
  readonly #send: Send;
  readonly #writes: Writes;
  readonly #halt = new AbortController();
  readonly #drained = Promise.withResolvers<void>();
  #opening: Promise<void> | undefined;
  #draining = false;
  #retiring = false;
  #pumpDue = false;
  #lastProgressMs = 0;
  /** Of an ordered lane: a write failed, and the later ones must come back before any is issued again. */
  #regrouping = false;

  constructor({ sink, accepts, queue, retry }: LaneSettings, context: SenderContext) {
    const { clock, random, nextId, vitals, reports } = context;
    const limits = {
      limitMs: retry.attemptTimeoutMs,
      clock,
      progressMs: () => this.#lastProgressMs,
      abandoned: () => {
        vitals.abandoned();
        reports.abandoned();
      },
    };
    const gate = new Gate({ ...retry, clock, random, opened: () => this.#gateOpened() });
    const { giveUpAfterMs } = retry;
    const settle = (delivery: Delivery, outcome: Outcome) => this.#settle(delivery, outcome);
    this.#context = context;
    this.#ordered = queue.ordered;
    this.#gate = gate;
    this.#sink = new SinkLife(sink, { limits, gate, reports });
    this.#send = chain(
      observed(vitals, clock),
      retrying({ gate, reports, clock, nextId, giveUpAfterMs, settle }),
      timed({ ...limits, expired: (delivery) => this.#failLaterThan(delivery) }),
      accepting(accepts),
    )(writing(sink));
    this.#writes = new Writes(slotsFor(queue), () => this.pump());
  }

  get status(): SinkStatus {
    if (this.#gate.refused) return 'refused';
    if (this.#gate.failing) return 'retrying';
    return this.#sink.open ? 'healthy' : 'opening';
  }

  /** Setbacks since the destination last accepted something. */
  get failures(): number {
    return this.#gate.failures;
  }

  /** Why the last attempt failed, while the sink fails. */
  get failureReason(): string | undefined {
    return this.#gate.reason;
  }

  start(): void {
    if (!this.#draining && !this.#retiring) this.#opening ??= this.#open();
  }

  /** Attempts under way get their whole time again. */
  progress(): void {
    this.#lastProgressMs = this.#context.clock.monotonicMs();
  }

  /** Issues as many writes as may go now. Called whenever that may have changed. */
  pump(): void {
    const { hold } = this.#context;
    if (hold.inFlight === 0) this.#regrouping = false;
    while (this.#mayWrite()) {
      const departure = hold.depart();
      if (!departure) break;
      // Never rejects: the stages turn each rejection into an outcome.
      void this.#writes.run(() => this.#send(departure.delivery, departure.signal));
    }
    if (this.#draining && this.#hasNothingToWaitFor()) this.#drained.resolve();
  }

  /** As {@link Sender.pump}, once for all that happens in this turn. */
  pumpSoon(): void {
    if (this.#pumpDue) return;
    this.#pumpDue = true;
    queueMicrotask(() => {
      this.#pumpDue = false;
      this.pump();
    });
  }

  /** Sends on while the deadline lasts, then takes the attempts back and closes the sink. Never rejects. */
  async stop(deadline: AbortSignal): Promise<void> {
    // All lanes stop by the same deadline, and each listens to it.
    setMaxListeners(0, deadline);
    this.#draining = true;
    this.pumpSoon();
    if (this.#opening) await settledBefore(this.#drained.promise, deadline);
    await this.#end(new Error('the lane is stopping'), deadline);
  }

  /**
   * Issues no write any more. What is under way may take until the deadline and is taken back then; the sink is
   * closed. Never rejects.
   */
  async retire(deadline: AbortSignal): Promise<void> {
    setMaxListeners(0, deadline);
    this.#retiring = true;
    await settledBefore(this.#writes.idle(), deadline);
    await this.#end(new Error('the sink is replaced'), deadline);
  }

  async #end(reason: Error, deadline: AbortSignal): Promise<void> {
    this.#halt.abort(reason);
    this.#gate.stop();
    this.#context.hold.abortAfter(-1, reason);
    await Promise.all([this.#opening, this.#writes.idle()]);
    await this.#sink.close(deadline);
  }

  async #open(): Promise<void> {
    await this.#sink.tryOpen(this.#halt.signal);
    this.#context.changed();
    this.pump();
  }

  #gateOpened(): void {
    if (this.#sink.open) this.pump();
    else if (!this.#retiring && !this.#halt.signal.aborted) this.#opening = this.#open();
  }

  #mayWrite(): boolean {
    if (!this.#sink.open || this.#gate.closed || this.#regrouping) return false;
    return this.#writes.free && !this.#retiring && !this.#halt.signal.aborted;
  }

  #settle(delivery: Delivery, outcome: Outcome): void {
    const { hold, settled } = this.#context;
    hold.comeBack(delivery, outcome.left);
    settled(delivery, outcome);
    if (hasFailed(outcome)) this.#failLaterThan(delivery);
  }

  /** Of an ordered lane: takes back the writes behind one that fails, and issues none until all have settled. */
  #failLaterThan({ batch: { place } }: Delivery): void {
    if (!this.#ordered) return;
    this.#regrouping = true;
    this.#context.hold.abortAfter(place, new Error('an earlier write failed'));
  }

  /** While credentials are refused, the next attempt is too far away to wait for. */
  #hasNothingToWaitFor(): boolean {
    const { hold } = this.#context;
    return hold.inFlight === 0 && (this.#gate.refused || hold.isEmpty);
  }
}

// An ordered lane is bounded by its bytes in flight; this only keeps tiny batches from piling up timers.
function slotsFor({ ordered, concurrency, inFlightBytes }: QueueSettings): number {
  return ordered ? Math.max(concurrency, 16, Math.floor(inFlightBytes / 1024)) : concurrency;
}

async function settledBefore(promise: Promise<void>, deadline: AbortSignal): Promise<void> {
  if (deadline.aborted) return;
  const over = Promise.withResolvers<void>();
  const onAbort = () => over.resolve();
  deadline.addEventListener('abort', onAbort, { once: true });
  await Promise.race([promise, over.promise]);
  deadline.removeEventListener('abort', onAbort);
}
