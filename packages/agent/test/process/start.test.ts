import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { AgentProcess } from '../support/agent-process.ts';
import { laneOf } from '../support/said.ts';
import { following } from './following.ts';
import { sinkFile } from './sink-file.ts';

const marking = {
  'mark.mjs': sinkFile('mark', `open: async () => writeFileSync('FOLDER/opened', '')`, {
    before: `import { writeFileSync } from 'node:fs';`,
  }),
};

test('a bad configuration is refused with every mistake, exit 2, and nothing is opened', async () => {
  await using engine = await new EmbeddedEngine().start();
  const config = `engine: { host: "unix://${engine.socketPath}" }
colect: {}
collect:
  stats: { interval: 10 }
fields: { cluster: "\${NOT_SET_ANYWHERE}" }
sinks:
  mark: { batch: { max_wait: soon } }
  stdot: {}
`;

  await using agent = await AgentProcess.start({
    config,
    files: marking,
    flags: ['--sinks-dir', '.'],
  });
  const { exitCode } = await agent.ended();

  const file = join(agent.folder, 'config.yaml');
  expect(agent.stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(`^${file}:2:1  colect: .*did you mean collect`),
    expect.stringMatching(`^${file}:4:22  collect.stats.interval: .*write 10s`),
    expect.stringMatching(`^${file}:5:21  fields.cluster: .*NOT_SET_ANYWHERE`),
    expect.stringMatching(`^${file}:7:30  sinks.mark.batch.max_wait: .*"soon"`),
    expect.stringMatching(`^${file}:8:3  sinks.stdot.* did you mean stdout`),
  ]);
  expect(exitCode).toBe(2);
  expect(agent.stdout).toBe('');
  expect(engine.requests).toEqual([]);
  expect(existsSync(join(agent.folder, 'opened'))).toBe(false);
});

test('a sink whose create throws is named with what it said', async () => {
  await using engine = await new EmbeddedEngine().start();
  const source = sinkFile('broken', '').replace(
    /create: .*,\n/,
    'create: () => { throw new Error("no bucket"); },\n',
  );

  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    files: { 'broken.mjs': source },
    flags: ['--sinks-dir', '.'],
    config: { sinks: { broken: {} } },
  });
  const { exitCode } = await agent.ended();

  expect(exitCode).toBeGreaterThan(0);
  expect(agent.stderr).toMatch(/sink "broken"/);
  expect(agent.stderr).toMatch(/no bucket/);
  expect(agent.stderr).not.toMatch(/\n\s+at /);
});

test('with --strict a sink that does not open keeps it from starting', async () => {
  await using engine = await new EmbeddedEngine().start();

  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    files: {
      'shut.mjs': sinkFile('shut', `open: async () => { throw new Error('nobody home'); }`),
    },
    flags: ['--sinks-dir', '.', '--strict'],
    config: { sinks: { shut: {}, stdout: {} } },
  });
  const { exitCode } = await agent.ended();

  expect(exitCode).toBe(1);
  expect(agent.diagnostics).toContainEqual(
    expect.objectContaining({
      level: 'error',
      sink: 'shut',
      error: expect.objectContaining({ message: 'nobody home' }),
    }),
  );
  expect(agent.records).toEqual([]);
});

test('without --strict it starts, and says that the sink does not work', async () => {
  await using engine = await new EmbeddedEngine().start();
  engine.container({ name: 'web' }).start();
  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    files: {
      'shut.mjs': sinkFile('shut', `open: async () => { throw new Error('nobody home'); }`),
    },
    flags: ['--sinks-dir', '.'],
    config: { sinks: { shut: {}, stdout: {} } },
  });

  await agent.until(() => agent.stats.length > 0, 'the other sink works');
  await agent.saying('Delivery failed, retrying.');
  const { exitCode, account } = await agent.stop();

  expect(exitCode).toBe(0);
  expect(laneOf(account, 'shut')).toMatchObject({ delivered: 0, dropped: {} });
});

test('a socket that is not there is explained and waited for; Ctrl-C works meanwhile', async () => {
  await using agent = await AgentProcess.start({ socketPath: '/nowhere/docker.sock' });
  const waiting = await agent.saying('Waiting for the engine.');

  const { exitCode, account } = await agent.stop('SIGINT');

  expect(waiting.advice).toMatch(/There is no \/nowhere\/docker\.sock\. Start Docker, or mount/);
  expect(exitCode).toBe(0);
  expect(account?.stdout).toEqual({ offered: 0, delivered: 0, dropped: {}, held: 0 });
});

test('the engine that comes later is used, and one that goes away is waited for', async () => {
  await using engine = await new EmbeddedEngine().start();
  const web = engine.container({ name: 'web' }).start();
  await engine.stop();
  await using agent = await AgentProcess.start({ socketPath: engine.socketPath });
  await agent.saying('Waiting for the engine.');

  await engine.start();
  await agent.ready();
  await following(engine);
  web.print('stdout', 'one\n');
  await agent.until(() => agent.logs.length === 1, 'the first line has arrived');
  await engine.stop();
  await agent.saying('The engine does not answer, trying again.');
  web.print('stdout', 'two\n');
  await engine.start();
  await agent.until(() => agent.logs.length === 2, 'the second line has arrived');
  const { exitCode } = await agent.stop();

  expect(agent.logs.map(({ message }) => message)).toEqual(['one', 'two']);
  expect(exitCode).toBe(0);
});
