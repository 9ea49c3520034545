import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { complaints, load } from './loading.ts';

const librato = (entry: string) => `sinks:\n  librato: { options: { email: a@b.io }, ${entry} }\n`;

describe('the token of a kind', () => {
  test('is its own, else the common one', async () => {
    const { sinks } = await load(
      'sinks: { logentries: { token: common, tokens: { logs: own } } }\n',
    );

    const { log, stat, event } = sinks[0]?.tokens ?? {};
    expect([log, stat, event].map((token) => token?.reveal())).toEqual(['own', 'common', 'common']);
  });

  test('is needed for the kind to be sent, and a note says so', async () => {
    const { sinks, notes } = await load(librato('tokens: { stats: t }'));

    expect(sinks[0]?.kinds).toEqual(['stat']);
    expect(notes).toEqual(['sinks.librato: no token for events, so they are not sent to it']);
  });

  test('is not missed where the kind is not wanted', async () => {
    const { sinks, notes } = await load(librato('tokens: { stats: t }, match: { kinds: [stats] }'));

    expect(sinks[0]?.kinds).toEqual(['stat']);
    expect(notes).toEqual([]);
  });

  test('may be absent where the sink takes it or leaves it', async () => {
    const { sinks } = await load('sinks: { webhook: { options: { url: "http://h" } } }\n');

    expect(sinks[0]).toMatchObject({ tokens: {}, kinds: ['log', 'stat', 'event'] });
  });
});

test.each([
  [
    'match: { kinds: [stats] }',
    '2:3  sinks.librato.token: is required: librato needs a token; write token, or tokens.KIND for single kinds',
  ],
  [
    'tokens: { events: t }, match: { kinds: [stats] }',
    '2:42  sinks.librato.tokens: there is no token for what this sink is sent (stats)',
  ],
  [
    'token: t, match: { kinds: [stats, logs] }',
    '2:76  sinks.librato.match.kinds[1]: librato does not accept logs; it accepts stats, events',
  ],
  ['token: ""', '2:49  sinks.librato.token: is empty'],
  ['token:', '2:42  sinks.librato.token: has no value; write one, or remove the key'],
])('%s is refused', async (entry, message) => {
  expect(await complaints(librato(entry))).toEqual([`c.yaml:${message}`]);
});

test('a sink that takes no token is given none', async () => {
  const said = await complaints('sinks: { stdout: { token: a, tokens: { logs: b } } }\n');

  expect(said).toEqual([
    'c.yaml:1:20  sinks.stdout.token: stdout takes no token; remove it',
    'c.yaml:1:40  sinks.stdout.tokens.logs: stdout takes no token; remove it',
  ]);
});

describe('no part of a secret is shown', () => {
  const secret = '6f8a0c1e99';

  test.each([
    `token: [${secret}]`,
    `token: { a: ${secret} }`,
    `token: *${secret}`,
    `token: !${secret}`,
    `token: @${secret}`,
    `token: "${secret}`,
    `token: "\\q${secret}"`,
    `token: ${secret} : b`,
    `token: \${${secret}`,
    `token: "\${NONE:?\${MORE}}${secret}"`,
    `tokens: ${secret}`,
    `tokens: { stat: ${secret} }`,
    `tokens: { stats: [${secret}] }`,
    `tken: ${secret}`,
    `options: ${secret}`,
    `options: { email: a@b.io, token: ${secret} }`,
    `options: { email: "\${TOKEN}" }`,
    `options: { email: a@b.io, url: "https//u:${secret}@h" }`,
    `options: { email: a@b.io, url: *${secret} }`,
    `batch: "\${TOKEN}"`,
    `batch: { max_wait: "\${TOKEN}" }`,
    `retry: { give_up_after: "\${TOKEN}" }`,
    `match: { kinds: ["\${TOKEN}"] }`,
    `queue: { concurrency: "\${TOKEN}" }`,
    `type: webhook, options: { url: "http://h", signing_key: a${secret.slice(0, 3)} }`,
  ])('in what is said about %s', async (entry) => {
    const said = await complaints(`sinks: { librato: { ${entry} } }\n`, { TOKEN: secret });

    expect(said.length).toBeGreaterThan(0);
    expect(said.join('\n')).not.toContain(secret.slice(0, 3));
  });

  test('in what was loaded', async () => {
    const config = await load(librato(`token: ${secret}`));

    expect(JSON.stringify(config)).not.toContain(secret);
    expect(inspect(config, { depth: 20 })).not.toContain(secret);
  });
});
