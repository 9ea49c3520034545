import { types } from 'node:util';

/** The code of an error of the operating system, such as `ENOSPC`; nothing where it is no such error. */
export function codeOf(error: unknown): string | undefined {
  if (!types.isNativeError(error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** No room left, which may come back: no reason not to use a directory. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '');
}
