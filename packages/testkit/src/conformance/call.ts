import { types } from 'node:util';
import { isSinkError, messageOf } from '@tallyman/sdk';

/** What a call to a sink came to. */
export type Outcome =
  | { readonly kind: 'resolved' }
  | { readonly kind: 'rejected'; readonly error: unknown }
  | { readonly kind: 'pending' };

/** A call to a sink that may still be under way. Its rejection is never unhandled. */
export class Call {
  #outcome: Outcome = { kind: 'pending' };

  constructor(call: () => unknown) {
    void this.#follow(call);
  }

  get outcome(): Outcome {
    return this.#outcome;
  }

  get isResolved(): boolean {
    return this.#outcome.kind === 'resolved';
  }

  get isSettled(): boolean {
    return this.#outcome.kind !== 'pending';
  }

  async #follow(call: () => unknown): Promise<void> {
    try {
      await call();
      this.#outcome = { kind: 'resolved' };
    } catch (error) {
      this.#outcome = { kind: 'rejected', error };
    }
  }
}

const longestText = 300;

/** For people. */
export function told(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'resolved':
      return 'it resolved';
    case 'pending':
      return 'it did not settle';
    case 'rejected':
      return `it rejected with ${errorTold(outcome.error)}`;
  }
}

function errorTold(error: unknown): string {
  const text = messageOf(error);
  const message = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  if (isSinkError(error)) {
    const { disposition, status, retryAfterMs, retry, drop } = error;
    const facts = {
      ...(status !== undefined && { status }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(disposition === 'partial' && { retry, drop }),
    };
    return `a SinkError, ${disposition} ${JSON.stringify(facts)}: ${message}`;
  }
  return types.isNativeError(error) ? `${error.name}: ${message}` : `${typeof error} ${message}`;
}
