import { types } from 'node:util';

const brand = Symbol.for('tallyman.RefusedQuery');

/** A query that the engine does not understand; the message is what it answers. */
export class RefusedQuery extends Error {
  readonly [brand] = true;
}

export function isRefusedQuery(caught: unknown): caught is RefusedQuery {
  return types.isNativeError(caught) && brand in caught;
}
