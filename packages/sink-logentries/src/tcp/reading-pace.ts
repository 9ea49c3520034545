import type { Answer } from './connection.ts';

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

  /** How long the peer will need to read so much, as far as it is worth waiting for. */
  silenceMs(bytes: number): number {
    return Math.min(longestSilenceMs, bytes * this.#msPerByte);
  }

  learn({ lateMs, silenceMs, carriedBytes }: Answer): void {
    if (lateMs <= promptMs) this.#msPerByte *= 0.7;
    else if (carriedBytes >= tellingBytes) this.#msPerByte = (silenceMs + lateMs) / carriedBytes;
  }
}
