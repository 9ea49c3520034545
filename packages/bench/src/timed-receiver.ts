import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { askChild, endChild } from './ask-child.ts';

const program = fileURLToPath(new URL('timed-receiver-process.js', import.meta.url));

export type TimedQuestion = 'listen' | 'reset' | 'figures';

/** How long lines were on their way. */
export interface Delays {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface TimedAnswer {
  readonly host: string;
  readonly port: number;
  /** Since the engine's own time of the record, of every line. */
  readonly sinceRead: Delays;
  /** Since the time that a line carries itself. */
  readonly sincePrinted: Delays;
}

/**
 * A receiver of records as lines of JSON in a process of its own, which keeps how late each line was when its bytes
 * came out of the socket. To be held with `await using`.
 */
export class TimedReceiver implements AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { host, port }: TimedAnswer) {
    this.#child = child;
    this.host = host;
    this.port = port;
  }

  static async start(): Promise<TimedReceiver> {
    const child = fork(program);
    return new TimedReceiver(child, await askChild<TimedAnswer>(child, 'listen'));
  }

  /** Forgets what came so far. */
  async reset(): Promise<void> {
    await askChild<TimedAnswer>(this.#child, 'reset');
  }

  /** Of what came since. */
  figures(): Promise<TimedAnswer> {
    return askChild(this.#child, 'figures');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endChild(this.#child);
  }
}
