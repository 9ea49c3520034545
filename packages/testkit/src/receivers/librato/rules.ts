import { type Fields, isFields, Violation } from './violation.ts';

// Wire contract 1.4, "metric name" and "source".
const namePattern = /^[A-Za-z0-9.:_-]{1,255}$/;
// 1.4, "tag name" and "tag value"; `\w` of the documented expressions is ASCII.
const tagNamePattern = /^[-.:_A-Za-z0-9]{1,64}$/;
const tagValuePattern = /^[-.:_?\\/A-Za-z0-9 ]{1,255}$/;
// 1.4, "tags / measurement".
const mostTags = 50;
// 1.4, "floats": above, the whole request is refused; below, it is zero.
const largestFloat = 1e126;
const smallestFloat = 1e-130;
// 1.2: times are whole seconds; what is this large was meant in milliseconds.
const firstMillisecond = 1e11;
// 1.3, "attributes".
const colourPattern = /^#[0-9A-Fa-f]{6}$/;
const summaries: readonly unknown[] = ['average', 'sum', 'count', 'min', 'max'];

export function nameOf(value: unknown): string {
  // 1.5: the documented example of an error body.
  if (isAbsent(value)) throw new Violation('name', 'is not present');
  if (typeof value !== 'string' || !namePattern.test(value))
    throw new Violation('name', `${shown(value)} is not a valid metric name`);
  return value;
}

export function sourceOf(value: unknown): string | undefined {
  if (isAbsent(value)) return undefined;
  const valid = typeof value === 'string' && namePattern.test(value);
  // 1.4: `all` is reserved, and sources are case-insensitive.
  if (!valid || value.toLowerCase() === 'all')
    throw new Violation('source', `${shown(value)} is not a valid source name`);
  return value;
}

/** Checked, and in lower case, as the server keeps them (1.4). */
export function tagsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isFields(value)) throw new Violation('tags', 'is not an object');
  const tags: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    if (!tagNamePattern.test(name))
      throw new Violation('tags', `${shown(name)} is not a valid tag name`);
    if (typeof text !== 'string' || !tagValuePattern.test(text))
      throw new Violation('tags', `${shown(text)} is not a valid tag value`);
    tags[name.toLowerCase()] = text.toLowerCase();
  }
  const count = Object.keys(tags).length;
  // 1.3: at least one tag is needed per measurement.
  if (count === 0) throw new Violation('tags', 'is required');
  if (count > mostTags) throw new Violation('tags', `has more than ${mostTags} tags`);
  return tags;
}

export function numberOf(param: string, value: unknown): number {
  if (typeof value !== 'number') throw new Violation(param, 'is not a number');
  if (Math.abs(value) > largestFloat)
    throw new Violation(param, 'is too large', { scope: 'request' });
  return Math.abs(value) < smallestFloat ? 0 : value;
}

/** Seconds; `undefined` where none was sent. */
export function timeOf(param: string, value: unknown, oldest: number): number | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value >= firstMillisecond)
    throw new Violation(param, 'is not a whole number of seconds');
  // 1.4, "time skew".
  if (value < oldest) throw new Violation(param, 'is too far in the past');
  return value;
}

export function periodOf(value: unknown): number | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0)
    throw new Violation('period', 'is not a whole number of seconds');
  return value;
}

export function attributesOf(value: unknown): Fields | undefined {
  if (isAbsent(value)) return undefined;
  if (!isFields(value)) throw new Violation('attributes', 'is not an object');
  const { aggregate, color, summarize_function: summary } = value;
  if (color !== undefined && !(typeof color === 'string' && colourPattern.test(color)))
    throw new Violation('attributes', `${shown(color)} is not a color`);
  if (summary !== undefined && !summaries.includes(summary))
    throw new Violation('attributes', `${shown(summary)} is not a summarize_function`);
  if (aggregate !== undefined && typeof aggregate !== 'boolean')
    throw new Violation('attributes', 'aggregate is not a boolean');
  return value;
}

export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
