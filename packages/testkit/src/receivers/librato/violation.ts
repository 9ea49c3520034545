import type { HttpAnswer } from '../http/answering.ts';

export interface ViolationOptions {
  /** Shown beside the message, in those answers that are known to name the metric. */
  readonly metric?: string;
  /** A `request` is refused as a whole also where single measurements could be. Default `item`. */
  readonly scope?: 'item' | 'request';
  /** Where it is not a 400 that names the parameter. */
  readonly answer?: HttpAnswer;
}

/** What a request does against the contract, in the service's own words where they are known. */
export class Violation extends Error {
  readonly param: string;
  readonly options: ViolationOptions;

  constructor(param: string, message: string, options: ViolationOptions = {}) {
    super(message);
    this.param = param;
    this.options = options;
  }
}

/** What the function gives, or the violation that it ran into. */
export function judged<Result>(judge: () => Result): Result | Violation {
  try {
    return judge();
  } catch (thrown) {
    if (thrown instanceof Violation) return thrown;
    throw thrown;
  }
}

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
