// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import type { SinkCatalogue } from '../config/catalogue.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigError, type ProblemKind } from '../config/problem.ts';
import { configFromEnvironment } from '../predecessors/environment.ts';
import { predecessorSettings } from '../predecessors/settings.ts';

/** What a kind of mistake is, and one that can be made. */
interface Mistake {
  readonly title: string;
  readonly meaning: string;
  /** None, where it takes more than a text to make it. */
  readonly example?:
    | { readonly yaml: string }
    | { readonly env: Readonly<Record<string, string>>; readonly command: string }
    | { readonly flags: Parameters<typeof predecessorSettings>[0]; readonly command: string };
}

export const mistakes: Readonly<Record<ProblemKind, Mistake>> = {
  file: {
    title: 'The file cannot be read',
    meaning:
      'It is not there, is a directory, may not be opened, is larger than 1 MiB or no UTF-8 text. The message says which, and what to do.',
  },
  yaml: {
    title: 'No YAML, or other YAML than was meant',
    meaning:
      'The text is no YAML, or YAML that means something else than was meant: an unquoted `*` or `{`, a tab, a key given twice.',
    example: { yaml: 'sinks:\n  stdout:\n    match: { include: [{ name: *web }] }' },
  },
  variable: {
    title: 'Nothing to fill in',
    meaning:
      'What a value is to be filled in with is not there: a variable that is not set, a file that cannot be read; or `${` is not closed.',
    example: { yaml: 'fields: { cluster: "${CLUSTER_NAME}" }\nsinks: { stdout: {} }' },
  },
  unknown_key: {
    title: 'An unknown key',
    meaning:
      'There is no option of this name here. The nearest one, or its right place, is named. Words that are reserved for later versions are refused, too.',
    example: { yaml: 'sinks:\n  stdout:\n    option: { format: json }' },
  },
  missing: {
    title: 'Something is missing',
    meaning: 'Something that is required is not there, or a key has no value.',
    example: { yaml: 'collect: { logs: { count: [{ name: errors }] } }\nsinks: { stdout: {} }' },
  },
  value: {
    title: 'A value that does not fit',
    meaning: 'The value is of another type, unit or form, or out of its bounds.',
    example: { yaml: 'collect: { stats: { interval: 10 } }\nsinks: { stdout: {} }' },
  },
  name: {
    title: 'No name for a sink',
    meaning: 'The characters, the length, or two names that differ in capitals only.',
    example: { yaml: 'sinks:\n  my sink: { type: stdout }' },
  },
  sink: {
    title: 'No such sink',
    meaning:
      'There is no sink of this type, or it is refused. [Write a sink](../guides/write-a-sink.md) has where they are looked for.',
    example: { yaml: 'sinks:\n  stodut: {}' },
  },
  token: {
    title: 'A token too few, or too many',
    meaning: 'The sink needs a token and has none, or takes none and has one.',
    example: { yaml: 'sinks:\n  logentries: { options: { region: eu } }' },
  },
  contradiction: {
    title: 'Options that contradict each other',
    meaning: 'Each of two options is right, and they do not go together.',
    example: { yaml: 'sinks:\n  stdout:\n    queue: { memory: 4MiB, in_flight: 8MiB }' },
  },
  environment: {
    title: 'Wrong variables, without a file',
    meaning:
      'There is no file, and a [variable](config.md#environment-variables) that counts then is wrong or missing.',
    example: {
      env: { LIBRATO_EMAIL: 'ops@example.com' },
      command: 'LIBRATO_EMAIL=ops@example.com tallyman run',
    },
  },
  flag: {
    title: 'A flag that cannot be honoured',
    meaning:
      'One of docker-logentries: its value is wrong, nothing does the same here, or it stands beside a configuration file.',
    example: {
      flags: { token: 'a', statsinterval: 'soon' },
      command: 'tallyman run --token … --statsinterval soon',
    },
  },
};

/** What the program says to an example; undefined where there is none. Rejects where it finds nothing wrong. */
export async function refusalOf(
  { example }: Mistake,
  catalogue: SinkCatalogue,
): Promise<ConfigError | undefined> {
  if (example === undefined) return undefined;
  try {
    if ('yaml' in example)
      await loadConfig({ path: 'config.yaml', text: example.yaml, env: {}, catalogue });
    else if ('env' in example) await configFromEnvironment({ env: example.env, catalogue });
    else predecessorSettings(example.flags);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`there is nothing wrong with ${JSON.stringify(example)}`);
}
