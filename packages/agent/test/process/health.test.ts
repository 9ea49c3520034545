import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { type AgentOptions, AgentProcess } from '../support/agent-process.ts';

/** Answers `GET /health` and nothing else. */
async function answering(status: number, host = '127.0.0.1') {
  const server: Server = createServer(({ url }, response) => {
    response.writeHead(url === '/health' ? status : 404).end('{"status":"as told"}');
  });
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.dispose]: () => void server.close() };
}

async function ran(options: AgentOptions) {
  await using agent = await AgentProcess.start({ args: ['health'], ...options });
  const { exitCode } = await agent.ended();
  return { exitCode, stdout: agent.stdout, stderr: agent.stderr };
}

const listening = (listen: string) => ({ config: { admin: { listen } } });

test.each([
  [200, 0],
  [503, 1],
])('an agent that answers %i gives exit code %i, and its words', async (status, exitCode) => {
  using agent = await answering(status);

  const ended = await ran({
    ...listening(`127.0.0.1:${agent.port}`),
    env: { TALLYMAN_CONFIG: 'config.yaml' },
  });

  expect(ended).toEqual({
    exitCode,
    stdout: `127.0.0.1:${agent.port}: ${status} {"status":"as told"}\n`,
    stderr: '',
  });
});

test('an agent that runs is well', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    config: { admin: { listen: 'unix://FOLDER/admin.sock' } },
  });
  await agent.ready();

  const ended = await ran({ folder: agent.folder, env: { TALLYMAN_CONFIG: 'config.yaml' } });

  expect(ended).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/\/admin\.sock: 200 .*"ok"/),
  });
});

test('an agent without an endpoint is not called ill', async () => {
  const { exitCode, stdout } = await ran({
    ...listening('none'),
    env: { TALLYMAN_CONFIG: 'config.yaml' },
  });

  expect(stdout).toMatch(/^admin\.listen is none: /);
  expect(exitCode).toBe(0);
});

test('the file can be named, and an agent that listens everywhere is asked on loopback', async () => {
  using agent = await answering(200, '0.0.0.0');

  const { exitCode } = await ran({
    ...listening(`0.0.0.0:${agent.port}`),
    args: ['health', '--config', 'config.yaml'],
  });

  expect(exitCode).toBe(0);
});

test('where nobody listens it says what to look at, with exit code 1', async () => {
  const { exitCode, stdout } = await ran({
    ...listening('127.0.0.1:1'),
    env: { TALLYMAN_CONFIG: 'config.yaml' },
  });

  expect(stdout).toMatch(/^127\.0\.0\.1:1: .*ECONNREFUSED.*; does the agent run/);
  expect(exitCode).toBe(1);
});

test('of a file with mistakes elsewhere it still takes the address', async () => {
  using agent = await answering(200);
  const config = `sinks: { nonsense: "\${UNSET}" }\nadmin: { listen: "127.0.0.1:${agent.port}" }\n`;

  const { exitCode } = await ran({ config, env: { TALLYMAN_CONFIG: 'config.yaml' } });

  expect(exitCode).toBe(0);
});
