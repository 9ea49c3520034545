/** The values of those flags that were given; `false` for `--no-…`. */
export interface FlagValues {
  readonly token?: string;
  readonly logstoken?: string;
  readonly statstoken?: string;
  readonly eventstoken?: string;
  readonly secure?: true;
  readonly server?: string;
  readonly port?: string;
  readonly json?: true;
  readonly newline?: boolean | string;
  readonly stats?: boolean;
  readonly logs?: boolean;
  readonly dockerEvents?: boolean;
  readonly statsinterval?: string;
  readonly add?: readonly string[];
  readonly matchByName?: readonly string[];
  readonly matchByImage?: readonly string[];
  readonly skipByName?: readonly string[];
  readonly skipByImage?: readonly string[];
}

/** A flag of docker-logentries, as a command line library wants to know it. */
export interface PredecessorFlag {
  readonly name: keyof FlagValues;
  readonly spelling: string;
  readonly occurs: 'once' | 'often';
}

const once = (name: keyof FlagValues, spelling: string): PredecessorFlag => ({
  name,
  spelling,
  occurs: 'once',
});

/** All of them. Two may share a name: one says yes, the other no. */
export const predecessorFlags: readonly PredecessorFlag[] = [
  once('token', '-t, --token <token>'),
  once('logstoken', '-l, --logstoken <token>'),
  once('statstoken', '-k, --statstoken <token>'),
  once('eventstoken', '-e, --eventstoken <token>'),
  once('secure', '-s, --secure'),
  once('server', '--server <host>'),
  once('port', '--port <port>'),
  once('json', '-j, --json'),
  once('newline', '-n, --newline [value]'),
  once('newline', '--no-newline'),
  once('stats', '--no-stats'),
  once('logs', '--no-logs'),
  once('dockerEvents', '--no-dockerEvents'),
  once('statsinterval', '-i, --statsinterval <samples>'),
  { name: 'add', spelling: '-a, --add <key=value>', occurs: 'often' },
  { name: 'matchByName', spelling: '--matchByName <regexp>', occurs: 'often' },
  { name: 'matchByImage', spelling: '--matchByImage <regexp>', occurs: 'often' },
  { name: 'skipByName', spelling: '--skipByName <regexp>', occurs: 'often' },
  { name: 'skipByImage', spelling: '--skipByImage <regexp>', occurs: 'often' },
];

/** What stands in the process list: there a token on the command line is for all to read. */
export function hideCommandLine(): void {
  process.title = 'tallyman';
  process.argv.length = 2;
}

/** Says something of a flag. */
export type Say = (flag: string, words: string) => void;
