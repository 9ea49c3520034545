import { homedir } from 'node:os';
import { expect, test } from '@jest/globals';
import { complaints, load } from './loading.ts';

const stdout = 'sinks: { stdout: {} }\n';
const engineOf = async (engine: string, env = {}) =>
  (await load(`engine: ${engine}\n${stdout}`, env)).engine.address;

const [ca, cert, key] = ['/c/ca.pem', '/c/cert.pem', '/c/key.pem'];
const docker = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c' };

test.each([
  ['{ host: "unix:///run/d.sock" }', {}, { kind: 'unix', socketPath: '/run/d.sock' }],
  ['{ host: "unix:///run/d.sock" }', docker, { kind: 'unix', socketPath: '/run/d.sock' }],
  ['{ host: "tcp://h" }', {}, { kind: 'tcp', host: 'h', port: 2375 }],
  ['{ host: "tcp://10.0.0.5:99/" }', {}, { kind: 'tcp', host: '10.0.0.5', port: 99 }],
  ['{ host: "tcp://[::1]:99" }', {}, { kind: 'tcp', host: '::1', port: 99 }],
  ['{ host: "https://h" }', {}, { kind: 'tcp', host: 'h', port: 2376, tls: {} }],
  [
    '{ host: "tcp://h", tls: { ca: /c/ca.pem } }',
    {},
    { kind: 'tcp', host: 'h', port: 2376, tls: { ca } },
  ],
  ['{ host: "tcp://h" }', docker, { kind: 'tcp', host: 'h', port: 2376, tls: { ca, cert, key } }],
  ['{ host: "http://h" }', docker, { kind: 'tcp', host: 'h', port: 2375 }],
  ['{}', { DOCKER_HOST: 'tcp://h:1' }, { kind: 'tcp', host: 'h', port: 1 }],
  ['{}', { DOCKER_HOST: '' }, { kind: 'unix', socketPath: '/var/run/docker.sock' }],
])('%s with %j is %j', async (engine, env, address) => {
  expect(await engineOf(engine, env)).toEqual(address);
});

test('the certificates of the docker command are taken where it keeps them', async () => {
  const address = await engineOf('{ host: "tcp://h" }', { DOCKER_TLS_VERIFY: '1' });

  expect(address).toMatchObject({ tls: { ca: `${homedir()}/.docker/ca.pem` } });
});

test.each([
  [
    '{ host: "ssh://h" }',
    {},
    '1:17  engine.host: ssh://h: ssh is not supported; use a unix or tcp address, or an SSH tunnel: ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST',
  ],
  [
    '{}',
    { DOCKER_HOST: 'ssh://h' },
    '1:1  engine.host: DOCKER_HOST (ssh://h): ssh is not supported; use a unix or tcp address, or an SSH tunnel: ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST',
  ],
  [
    '{ host: "fd://3" }',
    {},
    '1:17  engine.host: fd://3: expected unix:///path, tcp://, http:// or https://host:port',
  ],
  [
    '{ host: /var/run/docker.sock }',
    {},
    '1:17  engine.host: /var/run/docker.sock: expected unix:///path, tcp://, http:// or https://host:port',
  ],
  [
    '{ host: "unix://docker.sock" }',
    {},
    '1:17  engine.host: unix://docker.sock: unix:// takes an absolute path',
  ],
  ['{ host: "tcp://h:x" }', {}, '1:17  engine.host: tcp://h:x: expected tcp://host:port'],
  ['{ host: "tcp://u:p@h" }', {}, '1:17  engine.host: tcp://…@h: expected tcp://host:port'],
  [
    '{ host: "unix:///d", tls: {} }',
    {},
    '1:30  engine.tls: TLS is for tcp addresses; remove it, a unix socket has none',
  ],
  [
    '{ host: "http://h", tls: {} }',
    {},
    '1:29  engine.tls: http:// is without TLS; write https:// or tcp://',
  ],
  [
    '{ host: "tcp://h", tls: { cert: /c } }',
    {},
    '1:28  engine.tls: cert and key go together; write both or none',
  ],
])('%s with %j is refused', async (engine, env, message) => {
  expect(await complaints(`engine: ${engine}\n${stdout}`, env)).toEqual([`c.yaml:${message}`]);
});
