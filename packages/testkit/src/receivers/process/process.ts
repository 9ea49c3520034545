import { fileURLToPath } from 'node:url';
import { polled } from '../polled.ts';
import type { ReceiverAddress } from '../receiver.ts';
import { Conversation } from './conversation.ts';
import type { ReceiverKind, ReceiverKinds } from './kinds.ts';

const program = fileURLToPath(new URL('../../../bin/receiver.js', import.meta.url));

type Step<Kind extends ReceiverKind> = ReceiverKinds[Kind]['step'];
type Counts<Kind extends ReceiverKind> = ReceiverKinds[Kind]['counts'];

/**
 * A receiver in a process of its own, so that what it costs is not measured with its client. It runs the built
 * package, and ends with this process, however that ends.
 */
export class ReceiverProcess<Kind extends ReceiverKind> implements AsyncDisposable {
  readonly address: ReceiverAddress;
  readonly #conversation: Conversation;

  private constructor(conversation: Conversation, address: ReceiverAddress) {
    this.#conversation = conversation;
    this.address = address;
  }

  static async start<Kind extends ReceiverKind>(
    kind: Kind,
    options: ReceiverKinds[Kind]['options'],
  ): Promise<ReceiverProcess<Kind>> {
    const conversation = new Conversation(program, kind);
    return new ReceiverProcess<Kind>(conversation, await conversation.begin(options));
  }

  get pid(): number | undefined {
    return this.#conversation.pid;
  }

  async script(steps: readonly Step<Kind>[]): Promise<void> {
    await this.#conversation.ask({ ask: 'script', steps });
  }

  async always(step: Step<Kind>): Promise<void> {
    await this.#conversation.ask({ ask: 'always', step });
  }

  async refuse(): Promise<void> {
    await this.#conversation.ask({ ask: 'refuse' });
  }

  async listen(): Promise<void> {
    await this.#conversation.ask({ ask: 'listen' });
  }

  async cut(): Promise<void> {
    await this.#conversation.ask({ ask: 'cut' });
  }

  async clear(): Promise<void> {
    await this.#conversation.ask({ ask: 'clear' });
  }

  ledger(): Promise<ReceiverKinds[Kind]['ledger']> {
    return this.#conversation.ask({ ask: 'ledger' });
  }

  counts(): Promise<Counts<Kind>> {
    return this.#conversation.ask({ ask: 'counts' });
  }

  /** Waits until the counts are as asked. */
  async until(
    condition: (counts: Counts<Kind>) => boolean,
    signal: AbortSignal,
  ): Promise<Counts<Kind>> {
    return polled(() => this.counts(), condition, signal);
  }

  close(): Promise<void> {
    return this.#conversation.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
