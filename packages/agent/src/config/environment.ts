import type { SinkCatalogue } from './catalogue.ts';
import { loadConfig } from './load.ts';
import type { LoadedConfig } from './model.ts';
import { printedTree } from './print.ts';
import { ConfigError, type Problem } from './problem.ts';
import type { Environment } from './source.ts';
import type { KindWord } from './tokens.ts';

const source = 'environment';

/** A configuration made without a file. */
export interface EnvironmentConfig {
  readonly config: LoadedConfig;
  /** The file that says the same. Tokens appear as the variables they come from. */
  readonly yaml: string;
}

/**
 * Without a file, the variables of the predecessors (docker-librato, docker-logentries, r7insight_docker)
 * choose the sinks; where none is set, everything goes to stdout. Throws a `ConfigError` that names the variable.
 */
export async function configFromEnvironment({
  env,
  catalogue,
}: {
  env: Environment;
  catalogue: SinkCatalogue;
}): Promise<EnvironmentConfig> {
  const chosen = predecessors.filter(({ marks }) => marks.some((name) => isSet(env, name)));
  const problems = chosen.flatMap((one) => problemsOf(one, env, catalogue));
  if (problems.length > 0) throw new ConfigError(problems);

  const entries = chosen.map((one) => [one.name, entryOf(one, env)] as const);
  const sinks = chosen.length === 0 ? { stdout: {} } : Object.fromEntries(entries);
  const fields = isSet(env, 'CLUSTER_NAME')
    ? { fields: { cluster: reference('CLUSTER_NAME') } }
    : {};
  const yaml = printedTree({ ...fields, sinks });
  return { config: await loadConfig({ path: source, text: yaml, env, catalogue }), yaml };
}

/** What the variables of one predecessor mean. */
interface Predecessor {
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
}

const predecessors: readonly Predecessor[] = [
  {
    name: 'librato',
    type: 'librato',
    marks: ['LIBRATO_EMAIL', 'LIBRATO_TOKEN', 'LIBRATO_LOGS_TOKEN', 'LIBRATO_STATS_TOKEN'],
    // docker-librato sent stats and nothing else: its one token is not taken for other kinds.
    tokens: { logs: ['LIBRATO_LOGS_TOKEN'], stats: ['LIBRATO_STATS_TOKEN', 'LIBRATO_TOKEN'] },
    options: { email: 'LIBRATO_EMAIL' },
  },
  {
    name: 'logentries',
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
  },
];

function entryOf({ name, type, token, tokens, options }: Predecessor, env: Environment): unknown {
  const byKind = Object.entries(tokens).flatMap(([kind, variables]) => {
    const variable = variables.find((one) => isSet(env, one));
    return variable === undefined ? [] : [[kind, reference(variable)] as const];
  });
  const wanted = Object.entries(options).map(
    ([key, variable]) => [key, reference(variable)] as const,
  );
  return {
    ...(type !== name && { type }),
    ...(token !== undefined && isSet(env, token) && { token: reference(token) }),
    ...(byKind.length > 0 && { tokens: Object.fromEntries(byKind) }),
    ...(wanted.length > 0 && { options: Object.fromEntries(wanted) }),
  };
}

function problemsOf(
  { type, marks, token, tokens, options }: Predecessor,
  env: Environment,
  catalogue: SinkCatalogue,
): readonly Problem[] {
  const set = marks.filter((name) => isSet(env, name));
  const problem = (path: string, message: string) => ({
    file: source,
    line: 1,
    column: 1,
    path,
    message,
  });
  if (!catalogue.names().includes(type)) {
    const which =
      set.length === 1
        ? 'is set, which chooses'
        : `and others (${set.slice(1).join(', ')}) are set, which choose`;
    const advice = 'unset it, install the sink, or write a configuration file with other sinks';
    return [problem(set[0] ?? '', `${which} a sink of type ${type}, and there is none; ${advice}`)];
  }
  const missing = Object.values(options).filter((name) => !isSet(env, name));
  const problems = missing.map((name) =>
    problem(name, `is not set, and ${set.join(', ')} needs it`),
  );
  const tokenNames = [token, ...Object.values(tokens).flat()].filter((name) => name !== undefined);
  if (tokenNames.some((name) => isSet(env, name))) return problems;
  const [wanted = '', ...others] = tokenNames.toReversed();
  const also = others.length === 0 ? '' : ` (or ${others.join(', ')})`;
  return [...problems, problem(wanted, `is not set${also}, and ${set.join(', ')} needs a token`)];
}

/** An empty variable is how compose files pass one on that is not set. */
function isSet(env: Environment, name: string): boolean {
  return (env[name] ?? '') !== '';
}

function reference(name: string): string {
  return `\${${name}}`;
}
