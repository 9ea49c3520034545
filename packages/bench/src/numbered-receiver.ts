import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@tallyman/sdk';
import { askChild, endChild } from './ask-child.ts';

const program = fileURLToPath(new URL('numbered-receiver-process.js', import.meta.url));
const pollMs = 50;
// Twice the longest pause between two attempts (`retry.max_delay`), and their time.
const quietLimitMs = 90_000;

export type ReceiverQuestion = 'listen' | 'refuse' | 'counts';

export interface ReceiverAnswer {
  readonly host: string;
  readonly port: number;
  /** Numbers that arrived at least once. */
  readonly distinct: number;
  /** Arrivals of a number beyond its first. */
  readonly repeated: number;
  /** Numbers that no line has. */
  readonly spurious: number;
  readonly bytes: number;
  /** When the first number arrived, and when the last arrived that had not arrived before. Unix time. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
}

/**
 * A receiver of the Logentries token protocol in a process of its own, which keeps nothing of a line but how often
 * its number arrived: millions fit. To be held with `await using`.
 */
export class NumberedReceiver implements AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { host, port }: ReceiverAnswer) {
    this.#child = child;
    this.host = host;
    this.port = port;
  }

  /** For the numbers from 0 to LINES - 1. It listens. */
  static async start(lines: number): Promise<NumberedReceiver> {
    const child = fork(program, [String(lines)]);
    return new NumberedReceiver(child, await askChild<ReceiverAnswer>(child, 'listen'));
  }

  /** Connections are refused from now on. */
  async refuse(): Promise<void> {
    await askChild(this.#child, 'refuse');
  }

  /** Accepts connections again, at the same port. */
  async listen(): Promise<void> {
    await askChild(this.#child, 'listen');
  }

  counts(): Promise<ReceiverAnswer> {
    return askChild(this.#child, 'counts');
  }

  /** Waits until so many different numbers have arrived, or none that is new for 90 s, or as long as is said. */
  async arrivalOf(lines: number, quietMs = quietLimitMs): Promise<ReceiverAnswer> {
    let last = await this.counts();
    let movedMs = systemClock.monotonicMs();
    while (last.distinct < lines && systemClock.monotonicMs() - movedMs < quietMs) {
      await systemClock.sleep(pollMs, AbortSignal.timeout(quietLimitMs));
      const now = await this.counts();
      if (now.distinct > last.distinct) movedMs = systemClock.monotonicMs();
      last = now;
    }
    return last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endChild(this.#child);
  }
}
