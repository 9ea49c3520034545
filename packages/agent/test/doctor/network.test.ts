import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { certificateFor } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { Checkup } from '../support/checkup.ts';
import { EngineOverTcp } from '../support/engine-over-tcp.ts';

const server = certificateFor({ tls: 'trusted' });
const client = certificateFor({ tls: 'trusted' });
if (server === undefined || client === undefined) throw new Error('making certificates: none');
const pems = { 'ca.pem': server.cert, 'cert.pem': client.cert, 'key.pem': client.key };
const secured = { certificate: server } as const;
const [ca, cert, key] = ['FOLDER/ca.pem', 'FOLDER/cert.pem', 'FOLDER/key.pem'];

/** A checkup of an engine at an address. */
function checkupOf(host: string, tls?: object): Checkup {
  return new Checkup({ files: pems, config: engineAt(host, tls) });
}

function engineAt(host: string, tls?: object) {
  return { engine: { host, ...(tls === undefined ? {} : { tls }) } };
}

test('a name that is not known: gone with the right one', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using tcp = await EngineOverTcp.start(engine.socketPath);
  using checkup = checkupOf('tcp://no-such-host.invalid:2375');

  const before = await checkup.run();
  checkup.configure({ config: engineAt(`tcp://127.0.0.1:${tcp.port}`) });
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.unknown_host']);
  expect(before.todo('engine.unknown_host')).toContain('correct the name in engine.host');
  expect(after.bad).toEqual([]);
});

test('a port where nothing listens: gone once the engine does', async () => {
  await using engine = await new EmbeddedEngine().start();
  const closed = await EngineOverTcp.start(engine.socketPath);
  const { port } = closed;
  await closed[Symbol.asyncDispose]();
  using checkup = checkupOf(`tcp://127.0.0.1:${port}`);

  const before = await checkup.run();
  await using tcp = await EngineOverTcp.start(engine.socketPath, { port });
  const after = await checkup.run();

  expect(tcp.port).toBe(port);
  expect(before.bad).toEqual(['engine.down']);
  expect(before.todo('engine.down')).toContain(`dockerd -H tcp://…:${port}`);
  expect(after.bad).toEqual([]);
});

test('an address that no way leads to: gone with another one', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using tcp = await EngineOverTcp.start(engine.socketPath);
  // Nobody may connect to the broadcast address (connect(2)).
  using checkup = checkupOf('tcp://255.255.255.255:2375');

  const before = await checkup.run();
  checkup.configure({ config: engineAt(`tcp://127.0.0.1:${tcp.port}`) });
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.unreachable']);
  expect(before.todo('engine.unreachable')).toContain('correct engine.host');
  expect(after.bad).toEqual([]);
});

test('a server that is no engine: gone with the address of one', async () => {
  await using engine = await new EmbeddedEngine().start();
  const other = createServer((_request, response) => response.writeHead(404).end('nothing here'));
  await once(other.listen(0, '127.0.0.1'), 'listening');
  const { port } = other.address() as AddressInfo;
  using checkup = checkupOf(`tcp://127.0.0.1:${port}`);

  const before = await checkup.run();
  other.close();
  checkup.configure({ socketPath: engine.socketPath });
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.not_an_engine']);
  expect(before.get('engine.not_an_engine').what).toContain('answers GET /_ping with 404');
  expect(after.bad).toEqual([]);
});

test('an engine with TLS that is addressed without: gone with engine.tls', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using tcp = await EngineOverTcp.start(engine.socketPath, secured);
  const host = `tcp://127.0.0.1:${tcp.port}`;
  using checkup = checkupOf(host);

  const before = await checkup.run();
  checkup.configure({ config: engineAt(host, { ca, cert, key }) });
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.tls_missing']);
  expect(before.todo('engine.tls_missing')).toContain('write engine.tls with ca, cert and key');
  expect(after.bad).toEqual([]);
});

test('the same by DOCKER_HOST: gone with the variables that it names', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using tcp = await EngineOverTcp.start(engine.socketPath, secured);
  using checkup = new Checkup({
    files: pems,
    config: 'state: { directory: FOLDER/state }\nsinks: { stdout: {} }\n',
  });
  const DOCKER_HOST = `tcp://127.0.0.1:${tcp.port}`;

  const before = await checkup.run({ env: { DOCKER_HOST } });
  const env = { DOCKER_HOST, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: checkup.folder };
  const after = await checkup.run({ env });

  expect(before.todo('engine.tls_missing')).toContain('DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH');
  expect(after.bad).toEqual([]);
});

test('an engine without TLS that is addressed with: gone without engine.tls', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using tcp = await EngineOverTcp.start(engine.socketPath);
  const host = `tcp://127.0.0.1:${tcp.port}`;
  using checkup = checkupOf(host, { ca, cert, key });

  const before = await checkup.run();
  checkup.configure({ config: engineAt(host) });
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.tls_unexpected']);
  expect(before.todo('engine.tls_unexpected')).toContain('leave out engine.tls');
  expect(after.bad).toEqual([]);
});

test('a certificate by nobody who is trusted: gone with engine.tls.ca', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using tcp = await EngineOverTcp.start(engine.socketPath, secured);
  const host = `tcp://127.0.0.1:${tcp.port}`;
  using checkup = checkupOf(host, { cert, key });

  const before = await checkup.run();
  checkup.configure({ config: engineAt(host, { ca, cert, key }) });
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.tls_untrusted']);
  expect(before.todo('engine.tls_untrusted')).toContain('set engine.tls.ca');
  expect(after.bad).toEqual([]);
});

test('a certificate for another name: gone once the engine has one for this name', async () => {
  const other = certificateFor({ tls: 'other-name' });
  if (other === undefined) throw new Error('making a certificate: none');
  await using engine = await new EmbeddedEngine().start();
  await using wrong = await EngineOverTcp.start(engine.socketPath, { certificate: other });
  await using right = await EngineOverTcp.start(engine.socketPath, secured);
  using checkup = checkupOf(`tcp://127.0.0.1:${wrong.port}`, { ca });
  writeFileSync(join(checkup.folder, 'ca.pem'), `${other.cert}${server.cert}`);

  const before = await checkup.run();
  checkup.configure({ config: engineAt(`tcp://127.0.0.1:${right.port}`, { ca }) });
  const after = await checkup.run();

  expect(before.todo('engine.tls_untrusted')).toContain('by a name of its certificate');
  expect(after.bad).toEqual([]);
});

test('an engine that wants the client’s certificate: gone with engine.tls.cert and key', async () => {
  await using engine = await new EmbeddedEngine().start();
  const options = { ...secured, clientAuthority: client.cert };
  await using tcp = await EngineOverTcp.start(engine.socketPath, options);
  const host = `tcp://127.0.0.1:${tcp.port}`;
  using checkup = checkupOf(host, { ca });

  const before = await checkup.run();
  checkup.configure({ config: engineAt(host, { ca, cert, key }) });
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.tls_client']);
  expect(before.todo('engine.tls_client')).toContain('set engine.tls.cert and engine.tls.key');
  expect(after.bad).toEqual([]);
});

test('files of certificates that are not there, or are none: gone once they are', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using tcp = await EngineOverTcp.start(engine.socketPath, secured);
  const host = `tcp://127.0.0.1:${tcp.port}`;
  using checkup = checkupOf(host, { ca: 'FOLDER/other.pem', cert, key });
  const path = join(checkup.folder, 'other.pem');

  const missing = await checkup.run();
  writeFileSync(path, 'no certificate');
  writeFileSync(join(checkup.folder, 'key.pem'), server.key);
  const unfit = await checkup.run();
  writeFileSync(path, server.cert);
  writeFileSync(join(checkup.folder, 'key.pem'), client.key);
  const after = await checkup.run();

  expect(missing.get('engine.tls_files')).toMatchObject({
    what: expect.stringContaining(`${path} cannot be read`),
    todo: expect.stringContaining('put the PEM files there'),
  });
  expect(missing.bad).toEqual(['engine.tls_files']);
  expect(unfit.bad).toEqual(['engine.tls_files']);
  expect(after.bad).toEqual([]);
});
