import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { systemClock } from '@tallyman/sdk';
import type { ReceiverAddress } from '../receiver.ts';
import type { Question } from './protocol.ts';

const closeLimitMs = 2_000;

interface Waiting {
  readonly hear: (line: string) => void;
  readonly reject: (reason: Error) => void;
}

/** Questions and answers with a receiver's process. */
export class Conversation {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #waiting: Waiting[] = [];

  constructor(program: string, kind: string) {
    const { execPath } = process;
    // Options go over the input: what stands in the arguments can be read by everybody on the machine.
    this.#child = spawn(execPath, [program, kind, '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdin?.on('error', () => {});
    this.#exited = new Promise((resolve) => {
      const gone = (why: string) => {
        for (const { reject } of this.#waiting) reject(new Error(why));
        this.#waiting = [];
        resolve();
      };
      this.#child.once('error', ({ message }) => gone(`starting a receiver: ${message}`));
      this.#child.once('close', (code) => gone(`asking a receiver: it ended with code ${code}`));
    });
    if (this.#child.stdout)
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        this.#waiting.shift()?.hear(line);
      });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Hands over the options; where the receiver then listens. */
  begin(options: object): Promise<ReceiverAddress> {
    return this.#say(options);
  }

  ask<Answer>(question: Question): Promise<Answer> {
    return this.#say(question);
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    const cancel = systemClock.after(closeLimitMs, () => this.#child.kill('SIGKILL'));
    await this.#exited;
    cancel();
  }

  #say<Answer>(message: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { stdin } = this.#child;
      if (!stdin?.writable) {
        reject(new Error('asking a receiver: it has ended'));
        return;
      }
      const hear = (line: string) => {
        const { error, result } = JSON.parse(line);
        if (error === undefined) resolve(result);
        else reject(new Error(error));
      };
      this.#waiting.push({ hear, reject });
      stdin.write(`${JSON.stringify(message)}\n`);
    });
  }
}
