import { ConfigError } from '../config/problem.ts';
import type { FlagValues, Say } from './flags.ts';
import { matchersFrom } from './matchers.ts';

/** What docker-logentries' flags come to. */
export interface PredecessorSettings {
  /** The flags that were given, as documented. */
  readonly flags: readonly string[];
  /** Variables that a token on the command line stands for. */
  readonly variables: Readonly<Record<string, string>>;
  /** Parts of the configuration: what to put beside the sink, and into its entry. */
  readonly collect: object;
  readonly fields: Readonly<Record<string, string>>;
  readonly entry: { readonly match?: object; readonly options?: object };
  /** By flag: what says the same in a file. */
  readonly remarks: readonly Remark[];
}

interface Remark {
  readonly flag: string;
  readonly now: string;
}

/**
 * What the flags on a command line come to; undefined where there are none. Throws a `ConfigError` that names
 * every flag which cannot be honoured.
 */
export function predecessorSettings(values: FlagValues): PredecessorSettings | undefined {
  return Object.keys(values).length === 0 ? undefined : settingsFrom(values);
}

function settingsFrom(values: FlagValues): PredecessorSettings {
  const faults: Remark[] = [];
  const remarks: Remark[] = [];
  const fault = (flag: string, now: string) => void faults.push({ flag, now });
  const remark = (flag: string, now: string) => void remarks.push({ flag, now });

  const variables = tokensFrom(values, remark);
  const options = destinationFrom(values, fault, remark);
  const kinds = kindsFrom(values, fault, remark);
  linesFrom(values, fault, remark);
  const collect = intervalFrom(values, fault, remark);
  const fields = fieldsFrom(values, fault, remark);
  const matchers = matchersFrom(values, fault, remark);
  if (faults.length > 0)
    throw new ConfigError(
      faults.map(({ flag, now }) => ({ ...place, path: flag, kind: 'flag', message: now })),
    );
  const match = { ...kinds, ...matchers };
  return {
    flags: namesOf(values),
    variables,
    collect,
    fields,
    entry: {
      ...(Object.keys(match).length > 0 && { match }),
      ...(Object.keys(options).length > 0 && { options }),
    },
    remarks,
  };
}

const place = { file: 'command line', line: 1, column: 1 };

/** By their long names, `--no-…` for what was turned off. */
function namesOf(values: FlagValues): readonly string[] {
  const given = Object.entries(values);
  return given.map(([name, value]) => (value === false ? `--no-${name}` : `--${name}`));
}

const tokenFlags = [
  ['token', 'LOGENTRIES_TOKEN', 'token'],
  ['logstoken', 'LOGENTRIES_LOGSTOKEN', 'tokens.logs'],
  ['statstoken', 'LOGENTRIES_STATSTOKEN', 'tokens.stats'],
  ['eventstoken', 'LOGENTRIES_EVENTSTOKEN', 'tokens.events'],
] as const;

function tokensFrom(values: FlagValues, remark: Say): Readonly<Record<string, string>> {
  const given = tokenFlags.flatMap(([name, variable, path]) => {
    const token = values[name];
    if (token === undefined) return [];
    remark(
      `--${name}`,
      `sinks.logentries.${path}: "\${${variable}}"; better in the variable: a command line is for all to read`,
    );
    return [[variable, token] as const];
  });
  return Object.fromEntries(given);
}

function destinationFrom(
  { secure, server, port }: FlagValues,
  fault: Say,
  remark: Say,
): Readonly<Record<string, unknown>> {
  const portNumber = port === undefined ? undefined : Number(port);
  if (
    portNumber !== undefined &&
    !(Number.isInteger(portNumber) && portNumber > 0 && portNumber < 65_536)
  )
    fault('--port', `expected a port, a number from 1 to 65535, found ${JSON.stringify(port)}`);
  if (secure) remark('--secure', 'sinks.logentries.options.tls: true, which is the default');
  if (server !== undefined) remark('--server', 'sinks.logentries.options.host');
  if (port !== undefined) remark('--port', 'sinks.logentries.options.port');
  const named = {
    ...(server !== undefined && { host: server }),
    ...(portNumber !== undefined && { port: portNumber }),
  };
  if (secure || Object.keys(named).length === 0) return named;
  // A destination of one's own may not speak TLS: it is reached as it was.
  remark(
    server === undefined ? '--port' : '--server',
    'without --secure also sinks.logentries.options.tls: false, as it was: nothing is encrypted, the token included',
  );
  return { ...named, tls: false };
}

function kindsFrom({ logs, stats, dockerEvents }: FlagValues, fault: Say, remark: Say): object {
  const flags = [
    ['logs', '--no-logs', logs],
    ['stats', '--no-stats', stats],
    ['events', '--no-dockerEvents', dockerEvents],
  ] as const;
  const off = flags.filter(([, , wanted]) => wanted === false);
  if (off.length === 0) return {};
  const kinds = flags.filter(([, , wanted]) => wanted !== false).map(([kind]) => kind);
  if (kinds.length === 0)
    fault(
      '--no-logs',
      'with --no-stats and --no-dockerEvents leaves nothing to send; leave one out',
    );
  for (const [, flag] of off) remark(flag, `sinks.logentries.match.kinds: [${kinds.join(', ')}]`);
  return { kinds };
}

function linesFrom({ json, newline }: FlagValues, fault: Say, remark: Say): void {
  if (json)
    fault(
      '--json',
      'lines are not parsed here: "line" holds the text as it was printed; leave it out',
    );
  if (newline === false)
    fault('--no-newline', 'every line is a record of its own here; leave it out');
  else if (newline !== undefined) remark('--newline', 'nothing: every line is a record of its own');
}

function intervalFrom({ statsinterval }: FlagValues, fault: Say, remark: Say): object {
  if (statsinterval === undefined) return {};
  const samples = Number(statsinterval);
  if (!Number.isSafeInteger(samples) || samples < 1)
    fault(
      '--statsinterval',
      `expected a number of samples such as 30, found ${JSON.stringify(statsinterval)}`,
    );
  remark(
    '--statsinterval',
    `collect.stats.interval: ${samples}s; it counted samples, one a second`,
  );
  return { stats: { interval: `${samples}s` } };
}

// Keys of the format docker-logentries: a field by such a name would not be sent.
const ownKeys = new Set(
  'v id long_id image name time line stats type execute part parts json'.split(' '),
);

function fieldsFrom(
  { add }: FlagValues,
  fault: Say,
  remark: Say,
): Readonly<Record<string, string>> {
  if (add === undefined) return {};
  const pairs = add.map((pair) => {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, Math.max(equals, 0));
    if (key === '') fault('--add', `expected key=value, found ${JSON.stringify(pair)}`);
    if (ownKeys.has(key))
      fault(
        '--add',
        `"${key}" is a key of every record, which a field does not displace here; take another`,
      );
    return [key, pair.slice(equals + 1)] as const;
  });
  remark('--add', 'fields; the host stays on the records unless a field "host" takes its place');
  return Object.fromEntries(
    pairs.map(([key, value]) => [key, value.replace(/\$(?=[${])/g, '$$$$')]),
  );
}
