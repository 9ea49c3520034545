import { types } from 'node:util';
import { SinkUnavailable } from '../config/catalogue.ts';

/** There is such a sink, but it is not loaded: what was being done with which file, what is wrong, what to do. */
export function refusal(message: string, cause?: unknown): SinkUnavailable {
  return new SinkUnavailable('refused', message, cause === undefined ? undefined : { cause });
}

/** The message of whatever was thrown; a plugin may throw anything. */
export function messageOf(thrown: unknown): string {
  return types.isNativeError(thrown) ? thrown.message : String(thrown);
}
