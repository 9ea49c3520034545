import { types } from 'node:util';
import { isSinkError } from '@tallyman/sdk';
import { codeOf } from '@tallyman/sink-stdout';

// A cause of a cause of a cause says nothing new, and a cycle would never end.
const deepestCause = 5;

/**
 * What a log line says of an error. Picked by hand: an error of an HTTP client carries the whole request, and
 * with it the credentials.
 */
export function errorFields(error: Error, depth = 0): Readonly<Record<string, unknown>> {
  const code = codeOf(error);
  const { cause, stack } = error;
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(isSinkError(error) && error.status !== undefined ? { status: error.status } : {}),
    // A delivery error is expected; where in the code it was made helps nobody.
    ...(isSinkError(error) || stack === undefined ? {} : { stack }),
    ...(types.isNativeError(cause) && depth < deepestCause
      ? { cause: errorFields(cause, depth + 1) }
      : {}),
  };
}
