import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answers, Order, ReceiverKind } from './orders.ts';

const program = fileURLToPath(new URL('./program.js', import.meta.url));

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** A receiver in a process of its own. To be held with `await using`. */
export class LedgerReceiver implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    child.on('message', (reply: { number: number; result?: unknown; error?: string }) => {
      const waiting = this.#waiting.get(reply.number);
      this.#waiting.delete(reply.number);
      if (reply.error === undefined) waiting?.resolve(reply.result);
      else waiting?.reject(new Error(`asking a receiver: ${reply.error}`));
    });
    child.once('exit', (code) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`asking a receiver: it ended with ${code}`));
    });
  }

  /** Resolves once it listens. */
  static async start(kind: ReceiverKind): Promise<LedgerReceiver> {
    // Advanced: ledgers hold typed arrays.
    const child = fork(program, [kind], { serialization: 'advanced' });
    const [{ port }] = await once(child, 'message');
    return new LedgerReceiver(child, port);
  }

  ask<Name extends Order['ask']>(
    order: Extract<Order, { readonly ask: Name }>,
  ): Promise<Answers[Name]> {
    return new Promise((resolve, reject) => {
      const number = ++this.#asked;
      // The answer's form follows from the question: both ends are of this package.
      this.#waiting.set(number, { resolve: (result) => resolve(result as Answers[Name]), reject });
      this.#child.send({ order, number });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}
