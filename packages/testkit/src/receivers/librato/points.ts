import type { LibratoPoint } from './types.ts';

/** A point but for who sent it in which request. */
export type JudgedPoint = Omit<LibratoPoint, 'token' | 'request'>;

/** What the rules depend on besides the request; both in seconds. */
export interface Judging {
  readonly now: number;
  readonly oldest: number;
}

// Wire contract 1.4, "measurements / POST".
export const mostItems = 1_000;

/** A property only where there is something to say. */
export function present<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [Each in Key]?: Value } {
  const entry: { [Each in Key]?: Value } = {};
  if (value !== undefined) entry[key] = value;
  return entry;
}
