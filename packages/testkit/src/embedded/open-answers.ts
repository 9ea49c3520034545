import { once } from 'node:events';
import type { Endpoint } from './faults.ts';

/** An answer that is being sent. */
interface OpenAnswer {
  readonly endpoint: Endpoint;
  readonly containerId: string | undefined;
  isSilent: boolean;
}

/** The answers that are being sent, so that some can fall silent with their connection open. */
export class OpenAnswers {
  readonly #open = new Set<OpenAnswer>();

  /** Calls the task with what an answer has to wait for before it sends anything. */
  async during(
    answer: Pick<OpenAnswer, 'endpoint' | 'containerId'>,
    task: (mayGoOn: (signal: AbortSignal) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const open = { ...answer, isSilent: false };
    this.#open.add(open);
    try {
      await task(async (signal) => {
        if (open.isSilent && !signal.aborted) await once(signal, 'abort');
      });
    } finally {
      this.#open.delete(open);
    }
  }

  silence(endpoint: Endpoint, containerId: string | undefined): void {
    for (const open of this.#open)
      if (
        open.endpoint === endpoint &&
        (containerId === undefined || open.containerId === containerId)
      )
        open.isSilent = true;
  }
}
