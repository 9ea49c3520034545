import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { type AgentOptions, AgentProcess } from '../support/agent-process.ts';
import { laneOf } from '../support/said.ts';
import { following } from './following.ts';
import { sinkFile } from './sink-file.ts';

/** An agent on an embedded engine whose only container prints one line. */
async function started(engine: EmbeddedEngine, options: AgentOptions = {}) {
  const agent = await AgentProcess.start({ socketPath: engine.socketPath, ...options });
  await agent.ready();
  engine.container({ name: 'web' }).start().print('stdout', 'hello\n');
  return agent;
}

const hanging: AgentOptions = {
  files: {
    'hang.mjs': sinkFile(
      'hang',
      `write: ({ records }) => { context.log.info({ records: records.length }, 'Hanging.'); return new Promise(() => {}); }`,
    ),
  },
  config: { sinks: { hang: { batch: { max_wait: '0s' } } } },
};

test('SIGTERM while a sink hangs: exit 0 within the stop timeout, with what is held in the account', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await started(engine, {
    ...hanging,
    flags: ['--sinks-dir', '.', '--stop-timeout', '4s'],
  });
  await agent.saying('Hanging.');

  const startedMs = performance.now();
  const { exitCode, account } = await agent.stop();

  expect(performance.now() - startedMs).toBeLessThan(4_500);
  expect(exitCode).toBe(0);
  const lane = laneOf(account, 'hang');
  expect(lane).toMatchObject({ delivered: 0, dropped: {} });
  expect(lane.held).toBeGreaterThan(0);
  expect(agent.diagnostics).toContainEqual(
    expect.objectContaining({ level: 'warn', sink: 'hang', records: lane.held }),
  );
});

test('a second signal ends it at once, with exit 1', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await started(engine, {
    ...hanging,
    flags: ['--sinks-dir', '.', '--stop-timeout', '1m'],
  });
  await agent.saying('Hanging.');
  agent.signal('SIGTERM');
  await agent.saying('Stopping.');

  const startedMs = performance.now();
  const { exitCode, account } = await agent.stop('SIGINT');

  expect(performance.now() - startedMs).toBeLessThan(1_000);
  expect(exitCode).toBe(1);
  expect(account).toBeUndefined();
});

test('Ctrl-C stops it in order: everything is delivered, exit 0', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await started(engine);
  await agent.until(() => agent.logs.length > 0, 'the line has arrived');

  const { exitCode, account } = await agent.stop('SIGINT');

  expect(exitCode).toBe(0);
  expect(account?.stdout).toEqual({
    offered: agent.records.length,
    delivered: agent.records.length,
    dropped: {},
    held: 0,
  });
});

test('where standard output is closed and the only sink, it ends with 0', async () => {
  await using engine = await new EmbeddedEngine().start();
  const web = engine.container({ name: 'web' }).start();
  await using agent = await (await AgentProcess.start({ socketPath: engine.socketPath })).ready();

  agent.closeStdout();
  web.print('stdout', 'is anybody there?\n');
  const { exitCode, account } = await agent.ended();

  expect(exitCode).toBe(0);
  expect(laneOf(account).held).toBe(0);
});

test('where standard output is closed and another sink is there, that one goes on', async () => {
  await using engine = await new EmbeddedEngine().start();
  const web = engine.container({ name: 'web' }).start();
  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    files: {
      'other.mjs': sinkFile(
        'other',
        `write: async ({ records }) => records.forEach(({ message }) => { if (message) context.log.info({ message }, 'Took a line.'); })`,
      ),
    },
    flags: ['--sinks-dir', '.'],
    config: { sinks: { stdout: {}, other: {} } },
  });
  await agent.ready();
  await following(engine);

  agent.closeStdout();
  web.print('stdout', 'first\n');
  await agent.saying('The reader of standard output is gone, this sink gets nothing any more.');
  web.print('stdout', 'second\n');
  await agent.until(
    () => agent.said('Took a line.').some(({ message }) => message === 'second'),
    'the other sink has the second line',
  );
  const { exitCode, account } = await agent.stop();

  expect(exitCode).toBe(0);
  expect(laneOf(account).dropped).toMatchObject({ refused: expect.any(Number) });
  expect(laneOf(account, 'other')).toMatchObject({ held: 0, dropped: {} });
});

test('a promise that a sink forgot does not end the agent', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await started(engine, {
    files: {
      'forgetful.mjs': sinkFile(
        'forgetful',
        `write: async () => { Promise.reject(new Error('forgotten')); }`,
      ),
    },
    flags: ['--sinks-dir', '.'],
    config: { sinks: { forgetful: {}, stdout: {} } },
  });
  await agent.saying('Something failed and nobody took care of it; collecting goes on.');

  engine.container({ name: 'later' }).start().print('stdout', 'still here\n');
  await agent.until(
    () => agent.logs.some(({ message }) => message === 'still here'),
    'it goes on collecting',
  );
  const { exitCode, account } = await agent.stop();

  expect(exitCode).toBe(0);
  expect(account?.forgetful).toMatchObject({ dropped: {}, held: 0 });
});
