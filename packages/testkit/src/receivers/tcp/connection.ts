import type { Socket } from 'node:net';
import type { Clock } from '@tallyman/sdk';
import { paced } from '../paced.ts';
import { LineCutter } from './lines.ts';
import type { TcpStepDetail } from './steps.ts';

// Far above what any receiver accepts: only so that a line without end cannot fill the memory.
const longestLineBytes = 1024 * 1024;

/** Counts of all connections of a receiver. */
export interface TcpTally {
  halfCloses: number;
  fins: number;
  resets: number;
  peerResets: number;
  bytes: number;
  lines: number;
  bytesThrownAway: number;
}

export interface TcpConnectionSettings {
  readonly detail: TcpStepDetail;
  readonly clock: Clock;
  readonly holdMs: number;
  readonly tally: TcpTally;
  readonly reset: (socket: Socket) => void;
  readonly onLine: (line: Buffer) => void;
  readonly onTail: (tail: Buffer) => void;
}

/** One connection, from its first byte to its end, as its step says. */
export class TcpConnection {
  readonly #socket: Socket;
  readonly #settings: TcpConnectionSettings;
  readonly #cutter: LineCutter;
  readonly #gone = new AbortController();
  #takenBytes = 0;
  #broken = false;

  constructor(socket: Socket, settings: TcpConnectionSettings) {
    this.#socket = socket;
    this.#settings = settings;
    this.#cutter = new LineCutter(longestLineBytes, (line) => {
      settings.tally.lines++;
      settings.onLine(line);
    });
    socket.once('close', () => this.#gone.abort(new Error('the connection ended')));
    socket.on('error', () => {});
  }

  async serve(): Promise<void> {
    const { afterMs, read = 'all' } = this.#settings.detail;
    if (this.#breaksAtOnce()) this.#break();
    const cancel =
      afterMs === undefined ? undefined : this.#settings.clock.after(afterMs, () => this.#break());
    try {
      if (read === 'never') await this.#hold();
      else await this.#readToTheEnd(read === 'all' ? undefined : read.bytesPerSecond);
    } finally {
      cancel?.();
      const { tail } = this.#cutter;
      if (tail.length > 0) this.#settings.onTail(tail);
    }
  }

  async #readToTheEnd(bytesPerSecond: number | undefined): Promise<void> {
    const { clock, detail, tally } = this.#settings;
    try {
      for await (const bytes of paced(this.#socket, bytesPerSecond, clock, this.#gone.signal)) {
        this.#take(bytes);
        // What comes between the FIN and the reset stays unread.
        if (this.#broken && detail.breakWith === 'fin-then-reset') return;
      }
    } catch {
      if (!this.#broken) tally.peerResets++;
      return;
    }
    tally.halfCloses++;
    if (!this.#broken) await this.#answerEnd();
  }

  #take(bytes: Buffer): void {
    const { detail, tally } = this.#settings;
    const { afterBytes = Number.POSITIVE_INFINITY, afterLines = Number.POSITIVE_INFINITY } = detail;
    const room = this.#broken ? 0 : afterBytes - this.#takenBytes;
    const taken = this.#cutter.take(bytes.subarray(0, Math.min(bytes.length, room)), afterLines);
    this.#takenBytes += taken;
    tally.bytes += taken;
    tally.bytesThrownAway += bytes.length - taken;
    const enough = this.#takenBytes >= afterBytes || this.#cutter.lines >= afterLines;
    if (enough && !this.#broken) this.#break();
  }

  async #answerEnd(): Promise<void> {
    const { clock, detail, reset, tally } = this.#settings;
    if (detail.endDelayMs !== undefined)
      await clock.sleep(detail.endDelayMs, this.#gone.signal).catch(() => {});
    if (this.#gone.signal.aborted) return;
    switch (detail.onEnd ?? 'fin') {
      case 'fin':
        tally.fins++;
        this.#socket.end();
        return;
      case 'nothing':
        await this.#hold();
        return;
      case 'reset':
        tally.resets++;
        reset(this.#socket);
    }
  }

  #breaksAtOnce(): boolean {
    const { afterBytes, afterLines, afterMs, breakWith } = this.#settings.detail;
    return breakWith !== undefined && (afterBytes ?? afterLines ?? afterMs) === undefined;
  }

  #break(): void {
    const { clock, detail, tally } = this.#settings;
    if (this.#broken || this.#gone.signal.aborted) return;
    this.#broken = true;
    if (detail.breakWith === 'reset') {
      this.#reset();
      return;
    }
    tally.fins++;
    this.#socket.end();
    if (detail.breakWith === 'fin-then-reset')
      clock.after(detail.resetDelayMs ?? 10, () => this.#reset());
  }

  #reset(): void {
    if (this.#gone.signal.aborted) return;
    this.#settings.tally.resets++;
    this.#settings.reset(this.#socket);
  }

  /** Keeps the connection as it is until somebody ends it, or for as long as a receiver may. */
  async #hold(): Promise<void> {
    await this.#settings.clock.sleep(this.#settings.holdMs, this.#gone.signal).catch(() => {});
    this.#socket.destroy();
  }
}
