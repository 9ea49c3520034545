import { writeSync } from 'node:fs';
import type { Clock } from '@tallyman/sdk';
import { codeOf, ownDescriptor } from '@tallyman/sink-stdout';

/** Where diagnostics go, a line at a time. */
export interface LineOutput {
  write(line: string): void;
  /** Resolves once nothing is held back, or with the signal. */
  flush(signal: AbortSignal): Promise<void>;
}

const standardErrorFd = 2;
const backlogLimitBytes = 256 * 1024;
// How long a full pipe is left alone.
const fullMs = 50;

/**
 * Standard error. A line is handed to the system before `write` returns, so the last one before an exit is not
 * lost. Where a reader stalls, lines wait in a bounded backlog instead of stopping the whole agent; beyond it
 * they are lost, and `onLost` hears how many once there is room again.
 */
export class StandardError implements LineOutput {
  readonly #fd: number;
  readonly #clock: Clock;
  readonly #onLost: (lines: number) => void;
  readonly #backlog: Buffer[] = [];
  #backlogBytes = 0;
  #lost = 0;
  #isWaiting = false;

  constructor(clock: Clock, onLost: (lines: number) => void, fd = standardErrorFd) {
    this.#fd = ownDescriptor(fd) ?? fd;
    this.#clock = clock;
    this.#onLost = onLost;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#backlogBytes + bytes.length > backlogLimitBytes) {
      this.#lost += 1;
      return;
    }
    this.#backlog.push(bytes);
    this.#backlogBytes += bytes.length;
    if (!this.#isWaiting) this.#drain();
  }

  async flush(signal: AbortSignal): Promise<void> {
    this.#drain();
    while (this.#backlog.length > 0 && !signal.aborted)
      await this.#clock.sleep(fullMs, signal).catch(() => {});
  }

  #drain(): void {
    for (let line = this.#backlog[0]; line !== undefined; line = this.#backlog[0]) {
      const taken = this.#hand(line);
      if (taken === 0) return;
      this.#backlogBytes -= taken;
      if (taken < line.length) this.#backlog[0] = line.subarray(taken);
      else this.#backlog.shift();
    }
    if (this.#lost === 0) return;
    const lost = this.#lost;
    this.#lost = 0;
    this.#onLost(lost);
  }

  /** Says how many bytes are settled; none where the reader takes nothing now. */
  #hand(bytes: Buffer): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      // Any other error, e.g. EPIPE: nobody will ever read this, and there is nowhere to say so.
      if (codeOf(error) !== 'EAGAIN') return bytes.length;
      this.#drainLater();
      return 0;
    }
  }

  #drainLater(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#clock.after(fullMs, () => {
      this.#isWaiting = false;
      this.#drain();
    });
  }
}
