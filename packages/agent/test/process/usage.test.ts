import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { type AgentOptions, AgentProcess } from '../support/agent-process.ts';
import { sinkFile } from './sink-file.ts';

/** Runs a command to its end. */
async function ran(args: readonly string[], options: AgentOptions = {}) {
  await using agent = await AgentProcess.start({ args, ...options });
  const { exitCode } = await agent.ended();
  return { exitCode, stdout: agent.stdout, stderr: agent.stderr };
}

test.each([
  [['chekc'], "error: unknown command 'chekc'\n(Did you mean check?)\n"],
  [['--log-levle', 'debug'], "error: unknown option '--log-levle'\n(Did you mean --log-level?)\n"],
  [['run', '--log-level', 'loud'], /Allowed choices are debug, info, warn, error, silent\.\n$/],
  [['--stop-timeout', '5'], /argument '5' is invalid\. write 5s \(units: ms, s, m, h, d\)\n$/],
  [['run', 'surplus'], /too many arguments/],
  [['--config'], /argument missing/],
])('%j is refused with a suggestion and exit 2', async (args, said) => {
  const { exitCode, stdout, stderr } = await ran(args);

  expect(stderr).toMatch(said);
  expect([exitCode, stdout]).toEqual([2, '']);
});

test.each([
  [['--help'], ['check', 'sinks', 'schema', 'demo', '--config', '--stop-timeout', '--strict']],
  [
    ['run', '--help'],
    ['--config', '--sinks-dir', '--log-level', '--log-format', '--strict'],
  ],
  [['check', '--help'], ['--connect']],
])('%j names what there is', async (args, names) => {
  const { exitCode, stdout, stderr } = await ran(args);

  expect(names.filter((name) => !stdout.includes(name))).toEqual([]);
  expect([exitCode, stderr]).toEqual([0, '']);
});

test('--version is the version and nothing else', async () => {
  const { exitCode, stdout } = await ran(['--version']);

  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(exitCode).toBe(0);
});

test('schema prints the schema of the whole file, sinks of a folder included', async () => {
  const files = { 'mine.mjs': sinkFile('mine', '') };

  const { exitCode, stdout } = await ran(['schema', '--sinks-dir', '.'], { files });

  const schema = JSON.parse(stdout);
  expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  expect(Object.keys(schema.properties)).toEqual(
    expect.arrayContaining(['engine', 'collect', 'select', 'sinks']),
  );
  expect(exitCode).toBe(0);
});

test('check says of each container where its records go, and why not', async () => {
  await using engine = await new EmbeddedEngine().start();
  engine.container({ name: 'web' }).start();
  engine.container({ name: 'redis', labels: { 'tallyman.logs': 'false' } }).start();
  engine.container({ name: 'noise' }).start();

  const { exitCode, stdout } = await ran(['check', '--config', 'config.yaml', '--connect'], {
    socketPath: engine.socketPath,
    config: { select: { exclude: [{ name: 'noise' }] } },
  });

  expect(stdout).toContain('config.yaml is sound.\n');
  expect(stdout).toMatch(/ web \(.*\): logs → stdout; stats → stdout; events → stdout\n/);
  expect(stdout).toMatch(/ redis \(.*\): logs → nowhere; stats → stdout; .*\n {6}.*tallyman\.logs/);
  expect(stdout).toMatch(
    / noise \(.*\): logs → nowhere; stats → nowhere; events → nowhere\n {6}\S/,
  );
  expect(stdout).toMatch(/Opening sinks:\n {2}stdout {2}opened\n/);
  expect(exitCode).toBe(0);
});

test('check --connect fails where a sink does not open, and closes every one', async () => {
  await using engine = await new EmbeddedEngine().start();
  const closing = `close: async () => context.log.info({}, 'Closed.')`;

  const { exitCode, stdout, stderr } = await ran(
    ['check', '--config', 'config.yaml', '--connect', '--sinks-dir', '.'],
    {
      socketPath: engine.socketPath,
      files: {
        'shut.mjs': sinkFile(
          'shut',
          `open: async () => { throw new Error('nobody home'); }, ${closing}`,
        ),
        'fine.mjs': sinkFile('fine', closing),
      },
      config: { sinks: { shut: {}, fine: {} } },
    },
  );

  expect(stdout).toMatch(/ shut {2}does not open: nobody home\n {2}fine {2}opened\n/);
  expect(stderr.match(/"Closed\."/g)).toHaveLength(2);
  expect(exitCode).toBe(1);
});

test('demo shows the embedded engine where no other answers, and ends by itself', async () => {
  await using agent = await AgentProcess.start({
    args: ['demo', '--for', '2s'],
    env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
  });

  await agent.until(() => agent.logs.length > 0 && agent.stats.length > 0, 'it shows something');
  const { exitCode, account } = await agent.ended();

  expect(agent.diagnostics.at(0)?.msg).toMatch(/^No Docker engine answers here/);
  expect(exitCode).toBe(0);
  expect(account?.stdout).toMatchObject({ delivered: agent.records.length, held: 0 });
});
