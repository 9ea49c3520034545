import { types } from 'node:util';
import { errorFields } from './error-fields.ts';

const masked = '[secret]';
// The key itself or its last word: `token`, `authToken`, `api_key`, `Set-Cookie`; not `tokens_used`.
const secretKey =
  /(^|[-_.]|[a-z](?=[A-Z]))(token|secret|password|passwd|authorization|cookie|api[-_]?key)$/i;
const deepest = 6;

/**
 * Fields as they may be logged. Values under a key that names a credential are masked even where they are plain
 * text, as from a sink that has revealed its token; errors are reduced to what is safe; depth is bounded.
 */
export function presentable(value: unknown, depth = 0): unknown {
  if (types.isNativeError(value)) return presentable(errorFields(value), depth);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= deepest) return '[deeper]';
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return presentable(value.toJSON(), depth + 1);
  if (Array.isArray(value)) return value.map((item) => presentable(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      secretKey.test(key) && item !== undefined ? masked : presentable(item, depth + 1),
    ]),
  );
}
