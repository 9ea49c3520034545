// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import { describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { configFromEnvironment } from '../../src/predecessors/environment.ts';
import { predecessorSettings } from '../../src/predecessors/settings.ts';
import { givenPredecessorFlags, takePredecessorFlags } from '../../src/program.ts';
import { findSinks } from '../../src/sinks/catalogue.ts';
import { complaintsOf } from '../config/loading.ts';

const token = '11111111-2222-3333-4444-555555555555';
const catalogue = findSinks([]);

function settings(args: readonly string[]) {
  const command = takePredecessorFlags(new Command().exitOverride()).option('--strict');
  return predecessorSettings(givenPredecessorFlags(command.parse([...args], { from: 'user' })));
}
const made = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  configFromEnvironment({ env, catalogue, flags: settings(args) });
const refused = (args: readonly string[]) => complaintsOf(async () => settings(args));

test('a whole command line becomes the file that says the same, tokens as variables', async () => {
  const rest =
    '--server datahub --port 10000 -i 60 -a env=test -a note=a=${b} --no-dockerEvents --matchByName ^/shop- --matchByImage acme --skipByName canary';

  const { config, yaml } = await made(['-t', token, '-k', token, ...rest.split(' ')]);

  expect(yaml).toBe(`collect:
  stats:
    interval: 60s
fields:
  env: test
  note: a=$\${b}
sinks:
  logentries:
    token: \${LOGENTRIES_TOKEN}
    tokens:
      stats: \${LOGENTRIES_STATSTOKEN}
    match:
      kinds:
        - logs
        - stats
      include:
        - name: shop-*
          image: "*acme*"
      exclude:
        - name: "*canary*"
    options:
      format: docker-logentries
      host: datahub
      port: 10000
      tls: false
`);
  expect(yaml).not.toContain(token);
  expect(config.fields).toEqual({ env: 'test', note: 'a=${b}' });
  expect(config.sinks[0]?.tokens.log?.reveal()).toBe(token);
});

test('flags go together with the variables, and win', async () => {
  const env = { LOGENTRIES_TOKEN: 'of-the-environment', LOGENTRIES_LOGSTOKEN: 'for-logs' };

  const { config } = await made(['--token', token, '--no-stats'], env);

  const { log, event } = config.sinks[0]?.tokens ?? {};
  expect([log, event].map((one) => one?.reveal())).toEqual(['for-logs', token]);
  expect(config.sinks[0]?.kinds).toEqual(['log', 'event']);
});

test.each([
  [[], { host: 'data.logentries.com', tls: true }],
  [['-s'], { host: 'data.logentries.com', tls: true }],
  [['--server', 'hub'], { host: 'hub', tls: false }],
  [['--server', 'hub', '-s', '--port', '8443'], { host: 'hub', tls: true, port: 8_443 }],
])('%j goes to %j', async (args, options) => {
  const { config } = await made(['-t', token, ...args]);

  expect(config.sinks[0]?.options).toMatchObject(options);
});

test('each flag is told what it is called now', () => {
  const args = ['-t', 'a', '-l', 'b', '-e', 'c', '-s', '-n', '--no-logs', '-i', '5', '-a', 'a=b'];

  const remarks = settings(args)?.remarks ?? [];

  expect(remarks.map(({ flag, now }) => `${flag}: ${now}`)).toEqual([
    expect.stringMatching(/^--token: sinks\.logentries\.token: "\$\{LOGENTRIES_TOKEN\}"/),
    expect.stringMatching(/^--logstoken: sinks\.logentries\.tokens\.logs: /),
    expect.stringMatching(/^--eventstoken: sinks\.logentries\.tokens\.events: /),
    '--secure: sinks.logentries.options.tls: true, which is the default',
    '--no-logs: sinks.logentries.match.kinds: [stats, events]',
    '--newline: nothing: every line is a record of its own',
    '--statsinterval: collect.stats.interval: 5s; it counted samples, one a second',
    '--add: fields; the host stays on the records unless a field "host" takes its place',
  ]);
});

describe('what cannot be honoured', () => {
  test('is refused, all of it at once', async () => {
    const said = await refused(
      '-j --no-newline --port x -i often -a plain -a type=zzz --skipByImage ^(?!a) --no-logs --no-stats --no-dockerEvents'.split(
        ' ',
      ),
    );

    expect(said).toEqual([
      'command line:1:1  --port: expected a port, a number from 1 to 65535, found "x"',
      'command line:1:1  --no-logs: with --no-stats and --no-dockerEvents leaves nothing to send; leave one out',
      'command line:1:1  --json: lines are not parsed here: "line" holds the text as it was printed; leave it out',
      'command line:1:1  --no-newline: every line is a record of its own here; leave it out',
      'command line:1:1  --statsinterval: expected a number of samples such as 30, found "often"',
      'command line:1:1  --add: expected key=value, found "plain"',
      'command line:1:1  --add: "type" is a key of every record, which a field does not displace here; take another',
      'command line:1:1  --skipByImage: "^(?!a)" looks ahead, looks behind or names a group; write a file with match: { exclude: [{ image: "GLOB" }] }',
    ]);
  });

  test('shows no token', async () => {
    expect((await refused(['-t', token, '-j'])).join()).not.toContain(token);
  });

  test('is a missing token', async () => {
    expect(await complaintsOf(() => made(['-s']))).toEqual([
      'environment:1:1  LOGENTRIES_EVENTSTOKEN: is not set (or LOGENTRIES_STATSTOKEN, LOGENTRIES_LOGSTOKEN, LOGENTRIES_TOKEN), and the command line needs a token',
    ]);
  });
});

test('without such flags there are no such settings', () => {
  expect(settings(['--strict'])).toBeUndefined();
});

test('several patterns of one flag are either', () => {
  const made = settings(['--skipByName', 'a', '--skipByName', 'b']);

  expect(made?.entry).toEqual({ match: { exclude: [{ name: '{*a*,*b*}' }] } });
});

test('the help does not name them', () => {
  expect(takePredecessorFlags(new Command()).helpInformation()).not.toContain('token');
});
