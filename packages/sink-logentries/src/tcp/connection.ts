import { type Clock, messageOf } from '@tallyman/sdk';
import type { Wire } from './dialler.ts';

/**
 * How a connection ended.
 * - `answered`: the peer closed it in answer to our closing it, so it has read everything
 * - `unanswered`: the peer did not close it although we did
 * - `broken`: nothing is known of what it carried
 */
export type Ending =
  | ({ readonly kind: 'answered' } & Answer)
  | { readonly kind: 'unanswered' | 'broken'; readonly reason: string; readonly cause?: unknown };

/** What a connection carried, and how long that took, from the first byte on. */
export interface Carried {
  readonly carriedBytes: number;
  readonly carryingMs: number;
}

/** How the peer answered. */
export interface Answer extends Carried {
  /** Between our FIN and the answer. */
  readonly afterMs: number;
  /** What of that the network cannot explain. */
  readonly lateMs: number;
  /** Between the last byte and our FIN. */
  readonly silenceMs: number;
}

export interface ConnectionContext {
  readonly clock: Clock;
  /** How long the peer will need to read what is still on its way. */
  readonly silenceMs: (carried: Carried) => number;
  /** Called when the operating system has taken some of the bytes. */
  readonly taken: () => void;
  /** Whether bytes that are lost with the connection will be sent again. */
  readonly isRepeatable: () => boolean;
  /** Called once, with nothing left open. */
  readonly ended: (ending: Ending) => void;
}

/** How long the peer may take to close after we did. Less than an attempt may go without progress. */
const answerLimitMs = 10_000;

// Given up sooner, the peer is not to blame for the answer that is missing.
const patientMs = 1_000;

// Bytes handed over that the operating system has not taken: enough to keep it busy.
const mostUntakenBytes = 256 * 1024;

/** One connection from its first byte to the answer to its FIN. */
export class Connection {
  readonly #wire: Wire;
  readonly #context: ConnectionContext;
  #untakenBytes = 0;
  #carriedBytes = 0;
  #state: 'carrying' | 'closing' | 'closed' | 'ended' = 'carrying';
  #carryingSinceMs: number | undefined;
  #carryingMs = 0;
  #silenceMs = 0;
  #closedAtMs = 0;
  #finSentAtMs: number | undefined;
  #cancelWait: (() => void) | undefined;

  constructor(wire: Wire, context: ConnectionContext) {
    this.#wire = wire;
    this.#context = context;
    const { socket } = wire;
    socket.on('error', this.#onError).once('end', this.#onFin).once('close', this.#onClose);
    // Nothing is ever answered, but a FIN is only seen by who reads.
    socket.resume();
    if (socket.destroyed || socket.readableEnded) queueMicrotask(this.#onFin);
  }

  get carriedBytes(): number {
    return this.#carriedBytes;
  }

  /** Whether more bytes can be handed over now. */
  get hasRoom(): boolean {
    return this.#state === 'carrying' && this.#untakenBytes < mostUntakenBytes;
  }

  /** Whether bytes are on their way to the operating system. */
  get isBusy(): boolean {
    return this.#untakenBytes > 0;
  }

  get #carried(): Carried {
    return { carriedBytes: this.#carriedBytes, carryingMs: this.#carryingMs };
  }

  /** How long the answer to our FIN has been waited for. */
  get #waitedMs(): number {
    return this.#state === 'closed' ? this.#context.clock.monotonicMs() - this.#closedAtMs : 0;
  }

  /** Hands bytes over; `taken` is called once the operating system has them. */
  carry(bytes: Buffer, taken: () => void): void {
    this.#carryingSinceMs ??= this.#context.clock.monotonicMs();
    this.#carriedBytes += bytes.length;
    this.#untakenBytes += bytes.length;
    this.#wire.socket.write(bytes, (error) => {
      if (error || this.#state === 'ended') return;
      this.#untakenBytes -= bytes.length;
      taken();
      this.#context.taken();
      this.#closeWhenTaken();
    });
  }

  /** Carries nothing more: closes our side once everything is taken, and waits for the peer to close its own. */
  halfClose(): void {
    if (this.#state !== 'carrying') return;
    this.#state = 'closing';
    this.#closeWhenTaken();
  }

  /** Ends it, whatever it carries. */
  drop(reason: string): void {
    this.#end({ kind: this.#waitedMs < patientMs ? 'broken' : 'unanswered', reason });
  }

  #closeWhenTaken(): void {
    if (this.#state !== 'closing' || this.#untakenBytes > 0 || this.#cancelWait) return;
    // Silence first: a FIN or reset that our last bytes meet, on the way or not yet read, is seen before ours leaves.
    const { clock, silenceMs } = this.#context;
    const nowMs = clock.monotonicMs();
    this.#carryingMs = nowMs - (this.#carryingSinceMs ?? nowMs);
    this.#silenceMs = this.#wire.roundTripMs + 1 + silenceMs(this.#carried);
    this.#cancelWait = clock.after(this.#silenceMs, () => setImmediate(() => this.#sendFin()));
  }

  #sendFin(): void {
    if (this.#state !== 'closing') return;
    this.#state = 'closed';
    this.#closedAtMs = this.#context.clock.monotonicMs();
    this.#wire.socket.end(() => {
      this.#finSentAtMs = this.#context.clock.monotonicMs();
    });
    this.#cancelWait = this.#context.clock.after(answerLimitMs, () =>
      this.#end({ kind: 'unanswered', reason: `no answer to its end within ${answerLimitMs} ms` }),
    );
  }

  readonly #onError = (cause: Error): void => {
    this.#end({ kind: 'broken', reason: messageOf(cause), cause });
  };

  readonly #onClose = (): void => {
    this.#end({ kind: 'broken', reason: 'it was cut off' });
  };

  /** The peer closed its side. */
  readonly #onFin = (): void => {
    const afterMs = this.#waitedMs;
    if (this.#state !== 'closed' || afterMs < this.#wire.roundTripMs || this.#isTooSoon()) {
      this.#end({ kind: 'broken', reason: 'the peer closed it first' });
      return;
    }
    if (this.#wire.wasReset()) {
      this.#end({ kind: 'broken', reason: 'the peer closed it and then reset it' });
      return;
    }
    this.#wire.socket.off('close', this.#onClose);
    // What else this turn of the event loop brings, such as a reset, is heard first.
    const answer = {
      afterMs,
      lateMs: afterMs - this.#wire.roundTripMs,
      silenceMs: this.#silenceMs,
      ...this.#carried,
    };
    setImmediate(() => this.#end({ kind: 'answered', ...answer }));
  };

  /** Whether the peer cannot have seen our FIN: it may still be behind megabytes that the peer has not read. */
  #isTooSoon(): boolean {
    const nowMs = this.#context.clock.monotonicMs();
    const sinceFinMs = nowMs - (this.#finSentAtMs ?? nowMs);
    return this.#wire.isUnacknowledged() && sinceFinMs >= this.#wire.leewayMs;
  }

  #end(ending: Ending): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#cancelWait?.();
    const { socket } = this.#wire;
    socket.off('error', this.#onError).off('end', this.#onFin).off('close', this.#onClose);
    // The kernel sends on what it holds of a connection that is only closed.
    if (ending.kind !== 'answered' && this.#context.isRepeatable()) this.#wire.hangUp();
    else socket.destroy();
    this.#context.ended(ending);
  }
}
