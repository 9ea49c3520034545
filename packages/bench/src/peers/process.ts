import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '@tallyman/sdk';
import { endsWithUs } from '../ends-with-us.ts';
import { type ProcessUsage, usageOf } from '../measure/process-usage.ts';

const stopLimitMs = 10_000;

export interface PeerOutput {
  readonly host: string;
  readonly port: number;
}

/** A command whose standard output is a connection. The shell is replaced: what is measured is the command. */
export function writingTo(
  { host, port }: PeerOutput,
  command: readonly string[],
): readonly string[] {
  return ['bash', '-c', `exec "$@" >/dev/tcp/${host}/${port}`, 'bash', ...command];
}

/** A peer that runs until it is stopped. To be held with `await using`. */
export class PeerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = '';

  /** With an output, its standard output is a connection to there. */
  constructor(
    command: readonly string[],
    { output, env }: { output?: PeerOutput; env?: Readonly<Record<string, string>> } = {},
  ) {
    const [program = '', ...args] = output === undefined ? command : writingTo(output, command);
    this.#child = endsWithUs(
      spawn(program, args, {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, ...env },
      }),
    );
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-2_048);
    });
    this.#ended = once(this.#child, 'close');
    // Heard where it is awaited; a peer that could not be started has no use to ask for.
    this.#ended.catch(() => {});
  }

  /** So far. Throws once it has ended, with what it said. */
  async usage(): Promise<ProcessUsage> {
    try {
      return await usageOf(this.#child.pid ?? 0);
    } catch (cause) {
      const command = this.#child.spawnargs.join(' ');
      throw new Error(`reading the use of ${command}: it has ended; it said: ${this.#said}`, {
        cause,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    const stopKilling = systemClock.after(stopLimitMs, () => this.#child.kill('SIGKILL'));
    await this.#ended.catch(() => {});
    stopKilling();
  }
}
