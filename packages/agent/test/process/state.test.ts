import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { AgentProcess } from '../support/agent-process.ts';
import { nobody, testAsNobody } from '../support/nobody.ts';
import { laneOf } from '../support/said.ts';
import { sinkFile } from './sink-file.ts';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a directory that is asked for and cannot be written: exit 2, what, where and what to do', async () => {
  await using engine = await new EmbeddedEngine().start();

  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    files: { file: '' },
    config: { state: { directory: 'FOLDER/file/state' } },
  });
  const { exitCode } = await agent.ended();

  const path = join(agent.folder, 'file', 'state');
  expect(exitCode).toBe(2);
  expect(agent.said('The state directory cannot be used, not starting.')).toEqual([
    expect.objectContaining({
      level: 'error',
      directory: path,
      error: `${path} cannot be made or written (ENOTDIR); make it writable for this user, or name another directory in state.directory`,
    }),
  ]);
  expect(engine.requests).toEqual([]);
  expect(agent.stderr).not.toMatch(/\n\s+at /);
});

testAsNobody(
  'a default directory that cannot be written: a warning, and memory alone',
  async () => {
    await using agent = await AgentProcess.start({
      userId: nobody,
      config: 'engine: { host: "unix:///nowhere/docker.sock" }\nsinks: { stdout: {} }\n',
    });
    await agent.saying('Waiting for the engine.');
    const { exitCode } = await agent.stop();

    expect(agent.diagnostics).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        directory: '/var/lib/tallyman',
        msg: expect.stringMatching(
          /^The default state directory cannot be used, .*in memory alone/,
        ),
        advice: expect.stringContaining('-v tallyman:/var/lib/tallyman'),
      }),
    );
    expect(exitCode).toBe(0);
  },
);

test('a second agent is turned away with exit 1 and the pid of the first, which goes on', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using first = await AgentProcess.start({ socketPath: engine.socketPath });
  await first.ready();

  await using second = await AgentProcess.start({
    socketPath: engine.socketPath,
    config: { state: { directory: join(first.folder, 'state') } },
  });
  const { exitCode } = await second.ended();
  engine.container({ name: 'web' }).start().print('stdout', 'still here\n');
  await first.until(() => first.logs.length > 0, 'the first one goes on');
  const { account } = await first.stop();

  expect(exitCode).toBe(1);
  expect(second.said('Another agent uses the state directory, not starting.')).toEqual([
    expect.objectContaining({
      level: 'error',
      pid: first.pid,
      error: expect.stringContaining(`in use by another agent (pid ${first.pid} on `),
    }),
  ]);
  expect(laneOf(account).held).toBe(0);
});

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'after %s the next agent has the directory at once',
  async (signal) => {
    await using engine = await new EmbeddedEngine().start();
    await using first = await AgentProcess.start({ socketPath: engine.socketPath });
    await first.ready();
    first.signal(signal);
    await first.until(() => !isAlive(first.pid), 'it ends');

    await using second = await AgentProcess.start({
      socketPath: engine.socketPath,
      config: { state: { directory: join(first.folder, 'state') } },
    });
    await second.ready();
    const { exitCode } = await second.stop();

    expect(exitCode).toBe(0);
  },
);

test('the directory is for its user alone, and holds a folder for each sink', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    config: { sinks: { one: { type: 'stdout' }, two: { type: 'stdout', queue: { disk: '0B' } } } },
  });
  await agent.ready();
  await agent.stop();

  const state = join(agent.folder, 'state');
  const modes = ['', 'tallyman.json', 'lanes/one', 'lanes/two/positions.json'].map((name) =>
    (statSync(join(state, name)).mode & 0o777).toString(8),
  );
  expect(modes).toEqual(['700', '600', '700', '600']);
  expect(readdirSync(join(state, 'lanes')).sort()).toEqual(['one', 'two']);
  expect(readdirSync(join(state, 'lanes', 'two'))).toEqual(['positions.json']);
});

test('what is held at the end is said by where it is: on disk, or not', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    files: {
      'hang.mjs': sinkFile(
        'hang',
        `write: () => { context.log.info({}, 'Hanging.'); return new Promise(() => {}); }`,
      ),
    },
    flags: ['--sinks-dir', '.', '--stop-timeout', '4s'],
    config: { sinks: { hang: { batch: { max_wait: '0s' } } } },
  });
  await agent.ready();
  engine.container({ name: 'web' }).start().print('stdout', 'hello\n');
  await agent.saying('Hanging.');

  const { account } = await agent.stop();

  const { held } = laneOf(account, 'hang');
  const counts = agent.diagnostics.flatMap(({ msg, records }) =>
    String(msg).startsWith('Records were not delivered in time and are ') ? [Number(records)] : [],
  );
  expect(held).toBeGreaterThan(0);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(held);
});

test('the state of a demo is gone with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallyman-demos-'));
  await using agent = await AgentProcess.start({
    args: ['demo', '--for', '2s'],
    env: { DOCKER_HOST: 'unix:///nowhere/docker.sock', TMPDIR: folder },
  });
  const demos = () => readdirSync(folder).filter((name) => name.startsWith('tallyman-demo-'));
  const during = await agent.until(() => demos().length === 1 && demos(), 'it has a directory');

  const { exitCode } = await agent.ended();
  const after = demos();
  rmSync(folder, { recursive: true });

  expect([during.length, after, exitCode]).toEqual([1, [], 0]);
});
