import type { Figure } from './figures.ts';
import type { Tags } from './tags.ts';

/** One measurement, valid by the service's rules. */
export interface Point {
  /** Of the record it was made of, in its batch. */
  readonly record: number;
  /** Whose token it goes with. */
  readonly kind: 'stat' | 'log';
  readonly name: string;
  readonly value: number;
  readonly timeSeconds: number;
  readonly source: string;
  readonly tags: Tags;
  /** What the service is told of the metric; absent where nothing is. */
  readonly attributes?: Attributes;
}

export interface Attributes {
  readonly summarize_function?: 'sum';
  readonly display_units_short?: string;
}

/** Amounts are added up over time, where the service would average. Undefined where there is nothing to say. */
export function attributesOf({ kind, unit }: Figure): Attributes | undefined {
  if (kind === 'level' && unit === undefined) return undefined;
  return {
    ...(kind === 'amount' && { summarize_function: 'sum' }),
    ...(unit !== undefined && { display_units_short: unit }),
  };
}
