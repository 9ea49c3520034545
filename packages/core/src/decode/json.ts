/** Reading JSON that the engine answered: nothing about its shape is believed. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isRecord(value) ? value : {};
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A finite number; engines write unlimited as 2^64-1, see {@link limitOf}. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A limit: nothing where there is none. 0 and values around 2^63 both stand for unlimited. */
export function limitOf(value: unknown): number | undefined {
  const limit = numberOf(value);
  return limit === undefined || limit <= 0 || limit > Number.MAX_SAFE_INTEGER ? undefined : limit;
}

/** The members that are strings. */
export function textMapOf(value: unknown): Readonly<Record<string, string>> {
  const isText = (member: [string, unknown]): member is [string, string] =>
    typeof member[1] === 'string';
  // Not by assignment: a label may be called `__proto__`.
  return Object.fromEntries(Object.entries(objectOf(value)).filter(isText));
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The members that are there: absent is absent, not a key with undefined. */
export function optional<T extends object>(members: T): Present<T> {
  const present: Present<T> = {};
  for (const key in members)
    if (members[key] !== undefined) present[key] = members[key] as Present<T>[typeof key];
  return present;
}
