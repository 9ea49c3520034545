import type { SinkDefinition } from '@tallyman/sdk';

/** The sinks a configuration may choose from. Listing them runs no code of theirs. */
export interface SinkCatalogue {
  /** Every type by which a sink can be chosen, for suggestions and for the editors' schema. */
  names(): readonly string[];
  /** Loads one sink's definition. Rejects with {@link SinkUnavailable}. */
  definition(type: string): Promise<SinkDefinition>;
}

/**
 * A sink cannot be used. `unknown`: there is none of that name, the loader adds what was probably meant.
 * `refused`: there is one, and the message says why it is not loaded and what to do.
 */
export class SinkUnavailable extends Error {
  readonly reason: 'unknown' | 'refused';

  constructor(reason: SinkUnavailable['reason'], message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'SinkUnavailable';
    this.reason = reason;
  }
}
