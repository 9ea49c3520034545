/** What a mistake in the configuration is about: the closed set. */
export const problemKinds = [
  'file',
  'yaml',
  'variable',
  'unknown_key',
  'missing',
  'value',
  'name',
  'sink',
  'token',
  'contradiction',
  'environment',
  'flag',
] as const;

/** One of {@link problemKinds}. */
export type ProblemKind = (typeof problemKinds)[number];

/** One mistake in the configuration, where it was made and what to do about it. */
export interface Problem {
  /** The file as it was named by the user, or `environment`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Where in the configuration, e.g. `sinks.metrics.options.url`. Empty where the file as a whole is meant. */
  readonly path: string;
  readonly kind: ProblemKind;
  readonly message: string;
}

/** The configuration cannot be used. Holds every mistake that was found, in the order of the file. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(printedProblem).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** `FILE:LINE:COL  path: what is wrong`, on one line and without control characters. */
export function printedProblem({ file, line, column, path, message }: Problem): string {
  const what = path === '' ? message : `${path}: ${message}`;
  return printable(`${file}:${line}:${column}  ${what}`);
}

/** The text with control characters escaped: what is quoted from a file may steer a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => JSON.stringify(`${char}`).slice(1, -1));
}
