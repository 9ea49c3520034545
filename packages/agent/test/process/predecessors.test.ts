import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { LibratoReceiver, LogentriesReceiver } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { AgentProcess } from '../support/agent-process.ts';

const token = '11111111-2222-3333-4444-555555555555';

test("docker-librato's variables alone deliver its metrics under its source", async () => {
  await using engine = await new EmbeddedEngine().start();
  engine.container({ name: 'web', image: 'acme/shop:1' }).start();
  await using receiver = await LibratoReceiver.start({
    tokens: [{ token: 'tok', email: 'ops@example.com' }],
    plainHttp: 'allowed',
  });

  await using agent = await AgentProcess.start({
    args: ['run'],
    env: {
      DOCKER_HOST: `unix://${engine.socketPath}`,
      LIBRATO_EMAIL: 'ops@example.com',
      LIBRATO_TOKEN: 'tok',
      CLUSTER_NAME: 'eu-1',
      STATS_INTERVAL: '1',
      LIBRATO_URL: receiver.address.url,
    },
  });
  await agent.until(() => receiver.ledger().points.length > 8, 'points arrive');
  const { exitCode } = await agent.stop();

  const { points, refusals } = receiver.ledger();
  expect(new Set(points.map(({ api, type, source }) => [api, type, source].join(' ')))).toEqual(
    new Set(['metrics gauge eu-1:shop:1:web']),
  );
  expect([...new Set(points.map(({ name }) => name))].sort()).toEqual([
    'docker-container-memory',
    'docker-container-memory_cached',
    'docker-container-memory_limit',
    'docker-container-memory_usage',
    'docker-container-pcpu',
  ]);
  // Opening posts an empty request, which a good token sees refused for being empty.
  expect(refusals.filter(({ request }) => request > 1)).toEqual([]);
  expect(exitCode).toBe(0);
});

test("docker-logentries' flags deliver its shapes, and the token shows nowhere", async () => {
  await using engine = await new EmbeddedEngine().start();
  await using receiver = await LogentriesReceiver.start({ tokens: [token] });
  const { host, port } = receiver.address;

  await using agent = await AgentProcess.start({
    args: [
      '-t',
      token,
      '--server',
      host,
      '--port',
      `${port}`,
      '-a',
      'env=test',
      '--skipByName',
      'b',
    ],
    env: { DOCKER_HOST: `unix://${engine.socketPath}` },
  });
  await agent.ready();
  engine.container({ name: 'a' }).start().print('stdout', 'hello\n');
  engine.container({ name: 'b' }).start().print('stdout', 'nobody hears\n');
  const events = () => receiver.ledger().accepted.map(({ event }) => JSON.parse(event));
  const log = await agent.until(() => events().find(({ line }) => line === 'hello'), 'a line');
  const commandLine = execFileSync('ps', ['-o', 'args=', '-p', `${agent.pid}`], {
    encoding: 'utf8',
  });
  const arguments_ = readFileSync(`/proc/${agent.pid}/cmdline`, 'utf8');
  await agent.stop();

  expect(log).toMatchObject({ v: 0, name: 'a', env: 'test', host: expect.any(String) });
  expect(events().filter(({ name }) => name === 'b')).toEqual([]);
  expect(agent.said('A flag of docker-logentries, which has another name here.')).toHaveLength(6);
  const [said] = agent.said('No configuration file, the environment says this.');
  expect(said?.yaml).toContain('format: docker-logentries');
  expect([commandLine, arguments_, agent.stderr].join()).not.toContain(token);
});

test.each([
  [
    ['run', '--config', 'config.yaml', '-t', token],
    /^command line:1:1 {2}--token: config\.yaml is/,
  ],
  [['run', '-t', token, '-j'], /^command line:1:1 {2}--json: /],
])('%j is refused with exit 2', async (args, said) => {
  await using agent = await AgentProcess.start({ args });
  const { exitCode } = await agent.ended();

  expect(agent.stderr).toMatch(said);
  expect(agent.stderr).not.toContain(token);
  expect(exitCode).toBe(2);
});
