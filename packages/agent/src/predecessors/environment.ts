import type { SinkCatalogue } from '../config/catalogue.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/model.ts';
import { printedTree } from '../config/print.ts';
import { ConfigError, type Problem } from '../config/problem.ts';
import type { Environment } from '../config/source.ts';
import type { KindWord } from '../config/tokens.ts';
import { durationText } from '../config/units.ts';
import type { PredecessorSettings } from './settings.ts';

const source = 'environment';

/** A configuration made without a file. */
export interface EnvironmentConfig {
  readonly config: LoadedConfig;
  /** The file that says the same. Tokens appear as the variables they come from. */
  readonly yaml: string;
}

export interface EnvironmentSource {
  readonly env: Environment;
  readonly catalogue: SinkCatalogue;
  /** What docker-logentries' flags on the command line come to. */
  readonly flags?: PredecessorSettings | undefined;
}

/**
 * Without a file, the variables of the predecessors (docker-librato, docker-logentries, r7insight_docker)
 * choose the sinks, which send what the predecessors sent; where none is set, everything goes to stdout.
 * Throws a `ConfigError` that names the variable.
 */
export async function configFromEnvironment({
  env: variables,
  catalogue,
  flags,
}: EnvironmentSource): Promise<EnvironmentConfig> {
  const env = { ...variables, ...flags?.variables };
  const chosen = predecessors.filter(
    ({ name, marks }) =>
      marks.some((mark) => isSet(env, mark)) || (flags !== undefined && name === flagged),
  );
  const problems = chosen.flatMap((one) => problemsOf(one, env, catalogue));
  if (problems.length > 0) throw new ConfigError(problems);

  const entries = chosen.map((one) => [one.name, entryOf(one, env, flags)] as const);
  const sinks = chosen.length === 0 ? { stdout: {} } : Object.fromEntries(entries);
  const timing = chosen.find((one) => one.timing !== undefined)?.timing;
  const collect = {
    ...(timing !== undefined && sampling(timing, env)),
    ...flags?.collect,
  };
  const fields = {
    ...(isSet(env, 'CLUSTER_NAME') && { cluster: reference('CLUSTER_NAME') }),
    ...flags?.fields,
  };
  const yaml = printedTree({
    ...(Object.keys(collect).length > 0 && { collect }),
    ...(Object.keys(fields).length > 0 && { fields }),
    sinks,
  });
  return { config: await loadConfig({ path: source, text: yaml, env, catalogue }), yaml };
}

/** What the variables of one predecessor mean. */
export interface Predecessor {
  /** Of the sink that takes its place. */
  readonly name: string;
  readonly type: string;
  /** Any of these chooses it. */
  readonly marks: readonly string[];
  /** For every kind without a variable of its own. */
  readonly token?: string;
  /** By kind: the first variable that is set counts. */
  readonly tokens: Readonly<Partial<Record<KindWord, readonly string[]>>>;
  /** Options, each from a variable that must be set. */
  readonly options: Readonly<Record<string, string>>;
  /** Options, each from a variable that may be set. */
  readonly optional?: Readonly<Record<string, string>>;
  /** Options that make the sink send what the predecessor sent. */
  readonly manner: Readonly<Record<string, string>>;
  readonly timing?: Timing;
}

/** Variables with a number: how often points are sent, in milliseconds, and how many samples, one a second, make one. */
export interface Timing {
  readonly periodMs: string;
  readonly samples: string;
}

/** The predecessor whose flags are taken. */
const flagged = 'logentries';

/** Those whose variables count where there is no file. */
export const predecessors: readonly Predecessor[] = [
  {
    name: 'librato',
    type: 'librato',
    marks: ['LIBRATO_EMAIL', 'LIBRATO_TOKEN', 'LIBRATO_LOGS_TOKEN', 'LIBRATO_STATS_TOKEN'],
    // docker-librato sent stats and nothing else: its one token is not taken for other kinds.
    tokens: { logs: ['LIBRATO_LOGS_TOKEN'], stats: ['LIBRATO_STATS_TOKEN', 'LIBRATO_TOKEN'] },
    options: { email: 'LIBRATO_EMAIL' },
    // It had no such variable, but the host that it knew is gone.
    optional: { url: 'LIBRATO_URL' },
    manner: { naming: 'docker-librato' },
    timing: { periodMs: 'LIBRATO_PERIOD', samples: 'STATS_INTERVAL' },
  },
  {
    name: flagged,
    type: 'logentries',
    marks: [
      'LOGENTRIES_TOKEN',
      'LOGENTRIES_LOGSTOKEN',
      'LOGENTRIES_STATSTOKEN',
      'LOGENTRIES_EVENTSTOKEN',
    ],
    token: 'LOGENTRIES_TOKEN',
    tokens: {
      logs: ['LOGENTRIES_LOGSTOKEN'],
      stats: ['LOGENTRIES_STATSTOKEN'],
      events: ['LOGENTRIES_EVENTSTOKEN'],
    },
    options: {},
    manner: { format: 'docker-logentries', host: 'data.logentries.com' },
  },
  {
    name: 'insight',
    type: 'logentries',
    marks: [
      'INSIGHT_TOKEN',
      'INSIGHT_LOGSTOKEN',
      'INSIGHT_STATSTOKEN',
      'INSIGHT_EVENTSTOKEN',
      'INSIGHT_REGION',
    ],
    token: 'INSIGHT_TOKEN',
    tokens: {
      logs: ['INSIGHT_LOGSTOKEN'],
      stats: ['INSIGHT_STATSTOKEN'],
      events: ['INSIGHT_EVENTSTOKEN'],
    },
    options: { region: 'INSIGHT_REGION' },
    manner: { format: 'docker-logentries' },
  },
];

function entryOf(
  one: Predecessor,
  env: Environment,
  flags: PredecessorSettings | undefined,
): unknown {
  const { name, type, token, tokens, timing, manner, options, optional = {} } = one;
  const byKind = Object.entries(tokens).flatMap(([kind, variables]) => {
    const variable = variables.find((candidate) => isSet(env, candidate));
    return variable === undefined ? [] : [[kind, reference(variable)] as const];
  });
  const wanted = Object.entries({ ...options, ...optional })
    .filter(([, variable]) => isSet(env, variable))
    .map(([key, variable]) => [key, reference(variable)] as const);
  const { match, options: flagOptions } = (name === flagged ? flags?.entry : undefined) ?? {};
  return {
    ...(type !== name && { type }),
    ...(token !== undefined && isSet(env, token) && { token: reference(token) }),
    ...(byKind.length > 0 && { tokens: Object.fromEntries(byKind) }),
    ...(match !== undefined && { match }),
    options: {
      ...Object.fromEntries(wanted),
      ...manner,
      ...(timing !== undefined && pointsEvery(timing, env)),
      ...flagOptions,
    },
  };
}

/** One point a sample, unless there is a period of its own. */
function pointsEvery({ periodMs, samples }: Timing, env: Environment): object {
  const ms = isSet(env, periodMs) ? Number(env[periodMs]) : Number(env[samples]) * 1_000;
  return ms > 0 ? { period: durationText(ms) } : {};
}

/** One sample a point, unless there is an interval of its own. */
function sampling({ periodMs, samples }: Timing, env: Environment): object {
  const ms = isSet(env, samples) ? Number(env[samples]) * 1_000 : Number(env[periodMs]);
  return ms > 0 ? { stats: { interval: durationText(ms) } } : {};
}

function problemsOf(
  { type, marks, token, tokens, options, timing }: Predecessor,
  env: Environment,
  catalogue: SinkCatalogue,
): readonly Problem[] {
  const set = marks.filter((name) => isSet(env, name));
  if (!catalogue.names().includes(type)) {
    const which =
      set.length === 1
        ? 'is set, which chooses'
        : `and others (${set.slice(1).join(', ')}) are set, which choose`;
    const advice = 'unset it, install the sink, or write a configuration file with other sinks';
    return [problem(set[0] ?? '', `${which} a sink of type ${type}, and there is none; ${advice}`)];
  }
  const asking = set.length === 0 ? 'the command line' : set.join(', ');
  const missing = Object.values(options).filter((name) => !isSet(env, name));
  const problems = [
    ...missing.map((name) => problem(name, `is not set, and ${asking} needs it`)),
    ...(timing === undefined ? [] : timingProblems(timing, env)),
  ];
  const tokenNames = [token, ...Object.values(tokens).flat()].filter((name) => name !== undefined);
  if (tokenNames.some((name) => isSet(env, name))) return problems;
  const [wanted = '', ...others] = tokenNames.toReversed();
  const also = others.length === 0 ? '' : ` (or ${others.join(', ')})`;
  return [...problems, problem(wanted, `is not set${also}, and ${asking} needs a token`)];
}

function timingProblems({ periodMs, samples }: Timing, env: Environment): readonly Problem[] {
  const isMultiple = (name: string, unit: number) => {
    const number = Number(env[name]);
    return Number.isSafeInteger(number) && number > 0 && number % unit === 0;
  };
  return [
    ...(isSet(env, periodMs) && !isMultiple(periodMs, 1_000)
      ? [problem(periodMs, 'has to be milliseconds that make whole seconds, such as 180000')]
      : []),
    ...(isSet(env, samples) && !isMultiple(samples, 1)
      ? [problem(samples, 'has to be a number of samples, one a second, such as 30')]
      : []),
  ];
}

function problem(path: string, message: string): Problem {
  return { file: source, line: 1, column: 1, path, kind: 'environment', message };
}

/** An empty variable is how compose files pass one on that is not set. */
function isSet(env: Environment, name: string): boolean {
  return (env[name] ?? '') !== '';
}

function reference(name: string): string {
  return `\${${name}}`;
}
