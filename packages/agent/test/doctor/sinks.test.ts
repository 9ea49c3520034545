import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { LibratoReceiver } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { sinkFile } from '../process/sink-file.ts';
import { Checkup } from '../support/checkup.ts';
import { libratoEmail as email, libratoTokens } from '../support/receivers.ts';

const tokens = [{ token: libratoTokens.stats, email }];
const plainHttp = 'allowed';

/** A configuration of the one sink `metrics`, of the type librato. */
function metricsTo(
  url: string,
  { token = libratoTokens.stats, ...rest }: { token?: string; options?: object } = {},
) {
  const options = { email, ...rest.options, url };
  return { sinks: { metrics: { type: 'librato', token, options, match: { kinds: ['stats'] } } } };
}

test('a token that is refused: gone with the right one, and neither is shown', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using librato = await LibratoReceiver.start({ tokens, plainHttp });
  const { socketPath } = engine;
  const { url } = librato.address;
  using checkup = new Checkup({
    socketPath,
    config: metricsTo(url, { token: 'rotated-away-1f3c' }),
  });

  const before = await checkup.run();
  checkup.configure({ socketPath, config: metricsTo(url) });
  const after = await checkup.run();

  expect(before.get('sink.refused')).toMatchObject({
    severity: 'problem',
    where: ['metrics'],
    what: expect.stringContaining('HTTP 401'),
    todo: expect.stringContaining('correct sinks.metrics.token'),
  });
  expect([before.bad, before.exitCode]).toEqual([['sink.refused'], 1]);
  expect([after.bad, after.exitCode]).toEqual([[], 0]);
  expect(after.get('sink.opened').where).toEqual(['metrics']);
  expect(JSON.stringify([before.said, after.said])).not.toMatch(/rotated-away-1f3c|librato-stats-/);
});

test('a destination where nothing listens: gone once it does', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using librato = await LibratoReceiver.start({ tokens, plainHttp });
  const config = metricsTo(librato.address.url);
  using checkup = new Checkup({ socketPath: engine.socketPath, config });

  await librato.refuse();
  const before = await checkup.run();
  await librato.listen();
  const after = await checkup.run();

  expect(before.bad).toEqual(['sink.connection_refused']);
  expect(before.todo('sink.connection_refused')).toContain('start what should listen there');
  expect(after.bad).toEqual([]);
});

test.each([
  ['sink.unknown_host', 'http://no-such-host.invalid', 'correct the host in sinks.metrics.options'],
  ['sink.failed', 'NOT_AN_API', 'correct what its words name'],
] as const)('%s: gone with the right URL', async (code, wrong, todo) => {
  await using engine = await new EmbeddedEngine().start();
  await using librato = await LibratoReceiver.start({ tokens, plainHttp });
  const { socketPath } = engine;
  const { url } = librato.address;
  const wrongUrl = wrong === 'NOT_AN_API' ? `${url}/elsewhere` : wrong;
  using checkup = new Checkup({ socketPath, config: metricsTo(wrongUrl) });

  const before = await checkup.run();
  checkup.configure({ socketPath, config: metricsTo(url) });
  const after = await checkup.run();

  expect(before.bad).toEqual([code]);
  expect(before.todo(code)).toContain(todo);
  expect(after.bad).toEqual([]);
});

test('a certificate that is not trusted: gone with NODE_EXTRA_CA_CERTS', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using librato = await LibratoReceiver.start({ tokens, tls: 'trusted' });
  const { url, ca = '' } = librato.address;
  using checkup = new Checkup({ socketPath: engine.socketPath, config: metricsTo(url) });
  const file = join(checkup.folder, 'ca.pem');
  writeFileSync(file, ca);

  const before = await checkup.run();
  const after = await checkup.run({ env: { NODE_EXTRA_CA_CERTS: file } });

  expect(before.bad).toEqual(['sink.tls']);
  expect(before.todo('sink.tls')).toContain('NODE_EXTRA_CA_CERTS=FILE');
  expect(after.bad).toEqual([]);
});

test('TLS to a service without: gone with http://', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using librato = await LibratoReceiver.start({ tokens, plainHttp });
  const { socketPath } = engine;
  const { url } = librato.address;
  using checkup = new Checkup({ socketPath, config: metricsTo(url.replace('http', 'https')) });

  const before = await checkup.run();
  checkup.configure({ socketPath, config: metricsTo(url) });
  const after = await checkup.run();

  expect(before.bad).toEqual(['sink.tls']);
  expect(before.todo('sink.tls')).toContain('are what the server speaks');
  expect(after.bad).toEqual([]);
});

test('a connection that is cut: gone once it is let through', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using librato = await LibratoReceiver.start({ tokens, plainHttp });
  const config = metricsTo(librato.address.url);
  using checkup = new Checkup({ socketPath: engine.socketPath, config });

  librato.always('reset');
  const before = await checkup.run();
  librato.always('ok');
  const after = await checkup.run();

  expect(before.bad).toEqual(['sink.unreachable']);
  expect(before.todo('sink.unreachable')).toContain('through the firewall');
  expect(after.bad).toEqual([]);
});

test('a destination and an engine that both hang keep it no longer than one of them', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using librato = await LibratoReceiver.start({ tokens, plainHttp });
  const config = metricsTo(librato.address.url);
  using checkup = new Checkup({ socketPath: engine.socketPath, config });

  engine.stall();
  librato.always('hang');
  const before = await checkup.run();
  engine.resume();
  librato.always('ok');
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.silent', 'sink.unreachable']);
  expect(after.bad).toEqual([]);
}, 90_000);

test('a sink that cannot be created: its words are the finding', async () => {
  await using engine = await new EmbeddedEngine().start();
  const { socketPath } = engine;
  const broken = sinkFile('broken', '').replace(
    'create: (',
    "create: () => { throw new Error('no such region'); }, unused: (",
  );
  using checkup = new Checkup({
    socketPath,
    files: { 'broken.mjs': broken },
    config: { sinks: { broken: {} } },
  });

  const found = await checkup.run({ flags: ['--sinks-dir', '.'] });

  expect(found.get('sink.failed').what).toContain('no such region');
  expect(found.exitCode).toBe(1);
});

test('a kind without a token: gone with the token, and without the kind', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using librato = await LibratoReceiver.start({ tokens, plainHttp });
  const { socketPath } = engine;
  const options = { email, url: librato.address.url };
  const sinks = (more: object) => ({ sinks: { metrics: { type: 'librato', options, ...more } } });
  const stats = libratoTokens.stats;
  using checkup = new Checkup({ socketPath, config: sinks({ tokens: { stats } }) });

  const before = await checkup.run();
  expect(before.all.filter(({ code }) => code === 'sink.kind_without_token')).toEqual([
    expect.objectContaining({
      severity: 'warning',
      what: 'there is no token for events, so they are not sent to it',
      todo: 'write sinks.metrics.tokens.events, or leave events out of sinks.metrics.match.kinds',
    }),
  ]);
  checkup.configure({ socketPath, config: sinks({ tokens: { stats, events: stats } }) });
  const given = await checkup.run();
  checkup.configure({
    socketPath,
    config: sinks({ tokens: { stats }, match: { kinds: ['stats'] } }),
  });
  const left = await checkup.run();

  expect([given.bad, left.bad]).toEqual([[], []]);
});

test('a token with a line end around it: gone with printf, as it says', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using librato = await LibratoReceiver.start({ tokens, plainHttp });
  const config = metricsTo(librato.address.url, { token: `$${'{'}file:FOLDER/token}` });
  using checkup = new Checkup({ socketPath: engine.socketPath, config });
  const file = join(checkup.folder, 'token');

  // The last line end is taken off in any case.
  writeFileSync(file, `${libratoTokens.stats}\n\n`);
  const before = await checkup.run();
  writeFileSync(file, libratoTokens.stats);
  const after = await checkup.run();

  expect(before.get('sink.token_whitespace')).toMatchObject({
    severity: 'warning',
    where: ['metrics'],
    todo: expect.stringContaining('printf %s TOKEN > FILE'),
  });
  expect(after.bad).toEqual([]);
});

test.each([
  'YOUR_TOKEN',
  '<token>',
  'changeme',
  'xxxxxxxx',
  '00000000-0000-0000-0000-000000000000',
])('a token like %s is no token: gone with a real one', async (token) => {
  await using engine = await new EmbeddedEngine().start();
  const known = [...tokens, { token, email }];
  await using librato = await LibratoReceiver.start({ tokens: known, plainHttp });
  const { socketPath } = engine;
  const { url } = librato.address;
  using checkup = new Checkup({ socketPath, config: metricsTo(url, { token }) });

  const before = await checkup.run();
  checkup.configure({ socketPath, config: metricsTo(url) });
  const after = await checkup.run();

  expect(before.bad).toEqual(['sink.token_placeholder']);
  expect(before.todo('sink.token_placeholder')).toContain('into sinks.metrics.token');
  expect(after.bad).toEqual([]);
});
