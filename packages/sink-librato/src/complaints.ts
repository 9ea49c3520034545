import type { Point } from './point.ts';

/** One thing the service says is wrong. */
export interface Complaint {
  readonly text: string;
  /** Whatever in it may be the name, the source or a tag of a point. In lower case. */
  readonly mentions: readonly string[];
}

/**
 * What an answer complains of. Every form that has been seen is understood: `errors` as lists, as texts, by
 * parameter, of objects; `error`; `message`. Empty where it is silent, or not in JSON.
 */
export function complaintsIn(body: unknown): readonly Complaint[] {
  if (!isObject(body)) return [];
  return ['errors', 'error', 'message'].flatMap((key) => complaintsFrom(body[key]));
}

/** Points that are meant by complaints. `likely`: at least one of them is. */
export interface Suspicion {
  readonly points: readonly Point[];
  readonly certainty: 'certain' | 'likely';
}

/** Whom the complaints mean; nobody where they do not tell one point from another. */
export function suspicionOf(points: readonly Point[], complaints: readonly Complaint[]): Suspicion {
  if (complaints.some(isAboutAge)) {
    const oldest = points.reduce(
      (least, { timeSeconds }) => Math.min(least, timeSeconds),
      Infinity,
    );
    return certain(points.filter(({ timeSeconds }) => timeSeconds === oldest));
  }
  const mistyped = new Set(complaints.map(mistypedName));
  const ofOtherType = points.filter(({ name }) => mistyped.has(name.toLowerCase()));
  if (ofOtherType.length > 0) return certain(ofOtherType);

  const mentioned = new Set(complaints.flatMap(({ mentions }) => mentions));
  const meant = points.filter((point) => traitsOf(point).some((trait) => mentioned.has(trait)));
  if (meant.length === 1) return certain(meant);
  // What all have in common tells none apart.
  return { points: meant.length < points.length ? meant : [], certainty: 'likely' };
}

function certain(points: readonly Point[]): Suspicion {
  return { points, certainty: 'certain' };
}

/** Whether it says that a point is too old. */
export function isAboutAge({ text }: Complaint): boolean {
  return /too far in the past|too old/i.test(text);
}

/** The metric that the service knows as another type, and will for ever. */
export function mistypedName({ text }: Complaint): string | undefined {
  return /'([^']+)' is a \S+, but was submitted as different type/.exec(text)?.[1]?.toLowerCase();
}

function complaintsFrom(value: unknown): readonly Complaint[] {
  if (typeof value === 'string') return [complaint([value])];
  if (Array.isArray(value)) return value.flatMap(complaintsFrom);
  if (!isObject(value)) return [];
  // One failure in words: `{"param": …, "value": …, "reason": …}`; also the parameters of one metric.
  const texts = Object.values(value).filter((part) => typeof part === 'string');
  const nested = Object.values(value).filter((part) => typeof part === 'object');
  if (nested.length === 0) return texts.length === 0 ? [] : [complaint(texts)];
  return [...nested.flatMap(complaintsFrom), ...texts.map((text) => complaint([text]))];
}

function complaint(texts: readonly string[]): Complaint {
  const mentions = texts.flatMap((text) => [
    text,
    ...Array.from(text.matchAll(/["'`]([^"'`]+)["'`]/g), ([, quoted = '']) => quoted),
    ...(text.includes(' is ') ? [text.slice(0, text.indexOf(' is '))] : []),
  ]);
  return { text: texts.join(': '), mentions: mentions.map((one) => one.toLowerCase()) };
}

function traitsOf({ name, source, tags }: Point): readonly string[] {
  return [name, source, ...Object.values(tags)].map((trait) => trait.toLowerCase());
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
