import type { SinkDefinition } from '@tallyman/sdk';
import { didYouMean } from './nearest.ts';

/** The sinks a configuration may choose from. Listing them runs no code of theirs. */
export interface SinkCatalogue {
  /** Every type by which a sink can be chosen, for suggestions and for the editors' schema. */
  names(): readonly string[];
  /** Loads one sink's definition. Rejects with {@link SinkUnavailable}. */
  definition(type: string): Promise<SinkDefinition>;
}

/**
 * A sink cannot be used. `unknown`: there is none of that name. `refused`: there is one, and the message says why it
 * is not loaded and what to do.
 */
export class SinkUnavailable extends Error {
  readonly reason: 'unknown' | 'refused';
  /** Of an unknown one: what may be the reason, where more can be said than what else there is. */
  readonly remarks: readonly string[];

  constructor(
    reason: SinkUnavailable['reason'],
    message: string,
    {
      cause,
      remarks = [],
    }: { readonly cause?: unknown; readonly remarks?: readonly string[] } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SinkUnavailable';
    this.reason = reason;
    this.remarks = remarks;
  }
}

/** What to say of a type that no sink has: the remarks, else what was probably meant, else what there is. */
export function unknownTypeWords(
  type: string,
  names: readonly string[],
  remarks: readonly string[] = [],
): string {
  const said = remarks.map((remark) => `; ${remark}`).join('');
  const hint = said || didYouMean(type, names) || `; known: ${names.join(', ')}`;
  return `there is no sink of type ${JSON.stringify(type)}${hint}`;
}
