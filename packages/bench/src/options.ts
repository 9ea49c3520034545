import { parseArgs } from 'node:util';
import type { BenchSettings } from './benchmark.ts';
import { peerNames } from './peers/selection.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'list' }
  | {
      readonly kind: 'run';
      readonly names: readonly string[];
      /** An engine of its own, which nothing else uses. */
      readonly ownEngine: boolean;
      readonly settings: Omit<BenchSettings, 'tell'>;
      /** Where the result goes as JSON: a file, or standard output instead of the tables. */
      readonly json?: { readonly file?: string };
    }
  | { readonly kind: 'docs'; readonly from: readonly string[]; readonly folder: string };

export const usage = `usage: pnpm bench NAME... [OPTION]...
       pnpm bench all | --list
       pnpm bench docs --from FILE... [--to FOLDER]
  --rounds N       counted rounds (3)
  --lines N        lines of the logs that are moved (1000000)
  --containers N   instead of the benchmark's own number
  --seconds N      of the window that is measured, instead of the benchmark's own
  --minutes N      of churn (10)
  --peers A,B      only these beside Tallyman: ${peerNames.join(', ')}
  --own-engine     starts one that nothing else uses, so that its CPU is that of this work alone; as root
  --json [FILE]    the result as JSON, in a file or on standard output
  --attach         rm: compares both ways of reading
  --embedded       scale: the embedded engine instead of a real one
  --from FILE      docs: results to take the figures from; a later one replaces a benchmark of an earlier one
  --to FOLDER      docs: where the page goes (docs/reference)
`;

/** Reads the command line; throws on what it does not know. */
export function commandFrom(args: readonly string[], known: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: jsonWithItsFile(args, [...known, 'all']),
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '3' },
      lines: { type: 'string', default: '1000000' },
      containers: { type: 'string' },
      seconds: { type: 'string' },
      minutes: { type: 'string' },
      peers: { type: 'string' },
      json: { type: 'string' },
      attach: { type: 'boolean', default: false },
      'own-engine': { type: 'boolean', default: false },
      embedded: { type: 'boolean', default: false },
      from: { type: 'string', multiple: true },
      to: { type: 'string', default: 'docs/reference' },
    },
  });
  if (values.list || positionals.length === 0) return { kind: 'list' };
  if (positionals[0] === 'docs') return docsFrom(values);
  const { containers, seconds, minutes, peers } = values;
  return {
    kind: 'run',
    names: namesFrom(positionals, known),
    ownEngine: values['own-engine'],
    ...(values.json !== undefined && { json: values.json === '' ? {} : { file: values.json } }),
    settings: {
      rounds: countFrom('rounds', values.rounds),
      lines: countFrom('lines', values.lines),
      ...(containers !== undefined && { containers: countFrom('containers', containers) }),
      ...(seconds !== undefined && { seconds: countFrom('seconds', seconds) }),
      ...(minutes !== undefined && { minutes: countFrom('minutes', minutes) }),
      ...(peers !== undefined && { peers: peersFrom(peers) }),
      attach: values.attach,
      embedded: values.embedded,
    },
  };
}

/** `--json` may stand alone: what follows is its file unless it is another option or a benchmark. */
function jsonWithItsFile(args: readonly string[], names: readonly string[]): string[] {
  return args.flatMap((arg, at) => {
    if (args[at - 1] === '--json' && isFile(arg, names)) return [];
    if (arg !== '--json') return [arg];
    const next = args[at + 1];
    return [next !== undefined && isFile(next, names) ? `--json=${next}` : '--json='];
  });
}

function isFile(arg: string, names: readonly string[]): boolean {
  return !arg.startsWith('-') && !names.includes(arg);
}

function namesFrom(asked: readonly string[], known: readonly string[]): readonly string[] {
  const unknown = asked.find((name) => name !== 'all' && !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`there is no benchmark "${unknown}"; there are: ${known.join(', ')}`);
  return asked.includes('all') ? known : asked;
}

function peersFrom(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !peerNames.some((peer) => peer === name));
  if (unknown !== undefined)
    throw new Error(`there is no peer "${unknown}"; there are: ${peerNames.join(', ')}`);
  return names;
}

function countFrom(option: string, text: string): number {
  const count = Number(text);
  if (!(count > 0 && Number.isFinite(count)))
    throw new Error(`--${option} is a number above 0, not "${text}"`);
  return count;
}

function docsFrom({ from, to }: { from?: string[]; to: string }): Command {
  if (from === undefined)
    throw new Error('docs needs --from FILE: what a benchmark has written with --json FILE');
  return { kind: 'docs', from, folder: to };
}
