import type { SinkContext } from '@tallyman/sdk';
import type { Answer } from './connection.ts';
import { ReadingPace } from './reading-pace.ts';

/** The most that a connection carries before it is confirmed. */
const connectionBytes = 4 * 1024 * 1024;
/** The longest that a connection carries before it is confirmed. */
export const connectionMs = 1_000;

const leastBytes = 64 * 1024;
// An answer takes as long as the peer needs to read what the kernels hold, which nobody tells us.
const [briskMs, sluggishMs] = [500, 2_000];
const mostUnanswered = 3;
const probeEveryMs = 60_000;

/** Whether deliveries are confirmed, and how much is ventured at a time. */
export class Confirmation {
  readonly #context: SinkContext;
  readonly #isWanted: boolean;
  readonly pace = new ReadingPace();
  #unanswered = 0;
  #hasAnswered = false;
  #limitBytes = connectionBytes;
  #degraded = false;
  #probedMs = 0;

  constructor(confirm: 'fin' | 'none', context: SinkContext) {
    this.#isWanted = confirm === 'fin';
    this.#context = context;
  }

  /** Whether writes wait for the peer's answer. */
  get isOn(): boolean {
    return this.#isWanted && !this.#degraded;
  }

  /** What the next connection may carry. */
  get limitBytes(): number {
    return this.isOn ? this.#limitBytes : Number.POSITIVE_INFINITY;
  }

  /** Whether it is time to ask a peer that did not answer once more; says so once. */
  get isProbeDue(): boolean {
    if (!this.#degraded) return false;
    const nowMs = this.#context.clock.monotonicMs();
    if (nowMs - this.#probedMs < probeEveryMs) return false;
    this.#probedMs = nowMs;
    return true;
  }

  /** A peer that reads slowly is given less at a time, so that its answer comes in time. */
  answered(answer: Answer): void {
    const { afterMs } = answer;
    this.#unanswered = 0;
    this.#hasAnswered = true;
    this.pace.learn(answer);
    if (afterMs > sluggishMs) this.#limitBytes = Math.max(leastBytes, this.#limitBytes / 2);
    if (afterMs < briskMs) this.#limitBytes = Math.min(connectionBytes, this.#limitBytes * 2);
    if (!this.#degraded) return;
    this.#degraded = false;
    this.#context.log.info(
      {},
      'The peer closes connections in answer again: delivery is confirmed.',
    );
  }

  unanswered(): void {
    if (!this.isOn) return;
    this.#unanswered += 1;
    this.#limitBytes = Math.max(leastBytes, this.#limitBytes / 8);
    // A peer that did answer before is not one that never does: it has stalled, and what it was sent is held.
    if (this.#hasAnswered || this.#unanswered < mostUnanswered) return;
    this.#degraded = true;
    this.#unanswered = 0;
    this.#probedMs = this.#context.clock.monotonicMs();
    this.#context.log.error(
      { connections: mostUnanswered },
      'The peer does not close connections in answer, so delivery can no longer be confirmed: records now count as delivered once the operating system has taken them. See what stands between this host and the service, or choose `confirm: none`.',
    );
  }

  /** Notes records that count as delivered without an answer. */
  unconfirmed(records: number): void {
    this.#context.count('delivered_unconfirmed', records);
  }
}
