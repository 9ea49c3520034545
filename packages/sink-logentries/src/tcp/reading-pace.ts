import type { Answer, Carried } from './connection.ts';

// What a service reads at least, before anything is known of it: 25 MB/s.
const firstMsPerByte = 1 / 25_000;
const longestSilenceMs = 250;
// Less tells of the event loops on both sides, not of reading.
const [promptMs, tellingBytes] = [2, 64 * 1024];

/**
 * How fast the peer reads, learnt from its answers. A FIN that is sent when the peer has read everything costs no
 * time, and leaves no doubt: a FIN of the peer that comes sooner was not for ours.
 */
export class ReadingPace {
  #msPerByte = firstMsPerByte;

  /** How long the peer will go on reading what it was sent, as far as that is worth waiting for. */
  silenceMs({ carriedBytes, carryingMs }: Carried): number {
    const restMs = carriedBytes * this.#msPerByte - carryingMs;
    return Math.min(longestSilenceMs, Math.max(0, restMs));
  }

  learn({ lateMs, silenceMs, carriedBytes, carryingMs }: Answer): void {
    // Of bytes that came slower than the peer reads, it reads the last at once.
    const isBurst = silenceMs + lateMs > carryingMs && carriedBytes >= tellingBytes;
    if (!isBurst) return;
    if (lateMs <= promptMs) this.#msPerByte *= 0.7;
    else this.#msPerByte = (carryingMs + silenceMs + lateMs) / carriedBytes;
  }
}
