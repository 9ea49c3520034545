import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { expectBalanced } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { configure } from '../support/agent-folder.ts';
import { type AgentOptions, AgentProcess, reloaded } from '../support/agent-process.ts';
import { messagesIn, order, recordingSinkFiles, takenBy } from '../support/recording-sink.ts';
import { isAccount, laneOf } from '../support/said.ts';
import { sinkFile } from './sink-file.ts';

const refused = 'The configuration is not reloaded, the agent goes on with the one it has.';
const recording = { type: 'recording', batch: { max_wait: '0s' }, match: { kinds: ['logs'] } };

/** An agent with recording sinks, which knows the containers. */
async function recordingAgent(
  engine: EmbeddedEngine,
  sinks: Readonly<Record<string, object>>,
  options: AgentOptions = {},
): Promise<AgentProcess> {
  const agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    files: { ...recordingSinkFiles, ...options.files },
    config: { sinks },
    flags: ['--sinks-dir', '.', ...(options.flags ?? [])],
    ...(options.env && { env: options.env }),
  });
  return agent.ready();
}

/** Waits until a recording sink has this line of a container, and returns all that it has. */
async function linesAt(
  agent: AgentProcess,
  sink: string,
  containerId: string,
  last: string,
): Promise<string[]> {
  const lines = () => messagesIn(takenBy(agent.folder, sink), containerId);
  await agent.until(() => lines().includes(last), `${sink} has "${last}"`);
  return lines();
}

test('sinks are added, changed and removed, the others left; nothing is missed and nothing comes twice', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await recordingAgent(engine, { a: recording, b: recording });
  const web = engine.container({ name: 'web' }).start().print('stdout', '1\n');
  await linesAt(agent, 'a', web.id, '1');
  await linesAt(agent, 'b', web.id, '1');

  const b = { ...recording, retry: { max_delay: '9s' } };
  const first = await agent.reload({
    socketPath: engine.socketPath,
    config: { sinks: { a: recording, b, c: recording } },
  });
  web.print('stdout', '2\n');
  for (const sink of ['a', 'b', 'c']) await linesAt(agent, sink, web.id, '2');
  const second = await agent.reload({
    socketPath: engine.socketPath,
    config: { sinks: { a: recording, c: recording } },
  });
  web.print('stdout', '3\n');
  for (const sink of ['a', 'c']) await linesAt(agent, sink, web.id, '3');
  const removed = await agent.saying('A sink is removed, this is its account.');
  const { exitCode, account } = await agent.stop();

  expect(first).toMatchObject({ added: ['c'], removed: [], changed: ['b'], left: ['a'] });
  expect(second).toMatchObject({ added: [], removed: ['b'], changed: [], left: ['a', 'c'] });
  const lines = (sink: string) => messagesIn(takenBy(agent.folder, sink), web.id);
  expect([lines('a'), lines('b')]).toEqual([
    ['1', '2', '3'],
    ['1', '2'],
  ]);
  // What was printed in the moment before may be among its first.
  expect(lines('c').filter((line) => line !== '1')).toEqual(['2', '3']);
  expect(removed.account).toEqual({ offered: 2, delivered: 2, dropped: {}, held: 0 });
  expect(exitCode).toBe(0);
  expect(Object.keys(account ?? {})).toEqual(['a', 'c']);
  expect(laneOf(account, 'a')).toEqual({ offered: 3, delivered: 3, dropped: {}, held: 0 });
  expect(laneOf(account, 'c')).toMatchObject({ delivered: lines('c').length, held: 0 });
});

test('a file that says the same in other words leaves every sink alone', async () => {
  await using engine = await new EmbeddedEngine().start();
  const opening = sinkFile('opening', `open: async () => context.log.info({}, 'Opened.')`);
  await using agent = await recordingAgent(
    engine,
    { opening: {} },
    { files: { 'opening.mjs': opening } },
  );
  await agent.saying('Opened.');

  const said = await agent.reload({
    config: `# The same.
engine: { host: "unix://${engine.socketPath}" }
state: { directory: FOLDER/state }
sinks: { opening: { type: opening, retry: { give_up_after: never } } }
`,
  });
  await agent.stop();

  expect(said).toMatchObject({ left: ['opening'], changed: [], sections: [] });
  expect(agent.said('Opened.')).toHaveLength(1);
});

test('another token is used from then on, by what was held for the old one, too', async () => {
  await using engine = await new EmbeddedEngine().start();
  const knocking = sinkFile(
    'knocking',
    `write: async ({ records }) => {
      const token = context.token('log').reveal();
      if (token === 'old') throw context.sdk.permanent('knocking: HTTP 401', { status: 401 });
      for (const { message } of records) context.log.info({ message, length: token.length }, 'Let in.');
    }`,
    { token: 'required' },
  );
  const sinks = { knocking: { token: 'old', match: { kinds: ['logs'] } } };
  await using agent = await recordingAgent(engine, sinks, { files: { 'knocking.mjs': knocking } });
  engine.container({ name: 'web' }).start().print('stdout', 'let me in\n');
  await agent.until(
    () => agent.diagnostics.some(({ msg }) => String(msg).startsWith('The destination refuses')),
    'it is refused',
  );

  const said = await agent.reload({
    socketPath: engine.socketPath,
    config: { sinks: { knocking: { ...sinks.knocking, token: 'rotated' } } },
  });
  const letIn = await agent.saying('Let in.');
  const { account } = await agent.stop();

  expect(said).toMatchObject({ changed: ['knocking'] });
  expect(letIn).toMatchObject({ message: 'let me in', length: 7 });
  expect(laneOf(account, 'knocking')).toMatchObject({ delivered: 1, dropped: {}, held: 0 });
  expect(agent.stderr).not.toContain('rotated');
});

test.each([
  [
    'mistakes in it',
    'colect: {}\nsinks:\n  a: { type: recording, batch: { max_wait: soon } }\n',
    [/config\.yaml:1:1 {2}colect: .*did you mean collect/, /config\.yaml:3:44 {2}sinks\.a\.batch/],
  ],
  ['a sink that there is not', 'sinks: { a: { type: recordin } }\n', [/did you mean recording/]],
  ['a sink whose create throws', 'sinks: { broken: {} }\n', [/sink "broken".*no bucket/]],
  ['no YAML in it', '{', [/config\.yaml:1:/]],
])('a file with %s changes nothing, and is told of as at the start', async (_, text, mistakes) => {
  await using engine = await new EmbeddedEngine().start();
  const broken = sinkFile('broken', '').replace(
    /create: .*,\n/,
    'create: () => { throw new Error("no bucket"); },\n',
  );
  const sinks = { a: recording };
  await using agent = await recordingAgent(engine, sinks, { files: { 'broken.mjs': broken } });
  const web = engine.container({ name: 'web' }).start().print('stdout', '1\n');
  await linesAt(agent, 'a', web.id, '1');

  configure(agent.folder, { config: text });
  agent.signal('SIGHUP');
  await agent.saying(refused);
  web.print('stdout', '2\n');
  const lines = await linesAt(agent, 'a', web.id, '2');
  const { exitCode, account } = await agent.stop();

  expect(agent.said('A mistake in the configuration.')).toEqual(
    mistakes.map((mistake) =>
      expect.objectContaining({ level: 'error', mistake: expect.stringMatching(mistake) }),
    ),
  );
  expect(agent.said(reloaded)).toEqual([]);
  expect(lines).toEqual(['1', '2']);
  expect(exitCode).toBe(0);
  expect(laneOf(account, 'a')).toMatchObject({ delivered: 2, dropped: {}, held: 0 });
});

test('what is wished for during a reload is met after it', async () => {
  await using engine = await new EmbeddedEngine().start();
  const b = { ...recording, queue: { disk: '0B' } };
  await using agent = await recordingAgent(
    engine,
    { a: recording, b },
    {
      flags: ['--stop-timeout', '5s'],
    },
  );
  order(agent.folder, 'b', 'stall');
  const web = engine.container({ name: 'web' }).start().print('stdout', '1\n');
  await linesAt(agent, 'a', web.id, '1');
  await agent.reload({ socketPath: engine.socketPath, config: { sinks: { a: recording } } });

  // The sink that was removed stalls: that reload is not over.
  const again = await agent.reload({
    socketPath: engine.socketPath,
    config: { sinks: { a: recording, c: recording } },
  });
  web.print('stdout', '2\n');
  await linesAt(agent, 'c', web.id, '2');
  const { account } = await agent.stop();

  expect(again).toMatchObject({ added: ['c'], left: ['a'] });
  expect(agent.said(reloaded)).toHaveLength(2);
  const told = agent.said('A sink is removed, this is its account.');
  expect(told.map(({ account }) => account)).toEqual([
    { offered: 1, delivered: 0, dropped: {}, held: 1 },
  ]);
  expect(agent.diagnostics).toContainEqual(
    expect.objectContaining({ level: 'error', sink: 'b', records: 1 }),
  );
  for (const lane of Object.values(account ?? {})) expectBalanced(lane);
});

test('a sink that is removed leaves what it holds on disk, and has it delivered when it is back', async () => {
  await using engine = await new EmbeddedEngine().start();
  const b = { ...recording, match: { kinds: ['events'] }, retry: { max_delay: '100ms' } };
  await using agent = await recordingAgent(
    engine,
    { a: recording, b },
    { flags: ['--stop-timeout', '4s'] },
  );
  order(agent.folder, 'b', 'refuse');
  const web = engine.container({ name: 'web' }).start().print('stdout', '1\n');
  await linesAt(agent, 'a', web.id, '1');

  await agent.reload({ socketPath: engine.socketPath, config: { sinks: { a: recording } } });
  const removed = await agent.saying(
    'A sink that is removed leaves records on disk. Configure it again to have them delivered.',
  );
  web.exec('true');
  order(agent.folder, 'b', 'take');
  await agent.reload({ socketPath: engine.socketPath, config: { sinks: { a: recording, b } } });
  web.exit(0);
  const actions = () =>
    takenBy(agent.folder, 'b').flatMap((one) => (one.kind === 'event' ? [one.action] : []));
  await agent.until(() => actions().includes('die'), 'it has the last event');
  const { account } = await agent.stop();

  expect(removed).toMatchObject({ level: 'warn', sink: 'b', records: 2 });
  expect(actions()).toEqual(['create', 'start', 'die']);
  expect(laneOf(account, 'b')).toEqual({ offered: 3, delivered: 3, dropped: {}, held: 0 });
});

test('before the engine is reached, what is reloaded is what it starts with', async () => {
  const engine = new EmbeddedEngine();
  await engine.start();
  const { socketPath } = engine;
  await engine.stop();
  await using agent = await AgentProcess.start({
    socketPath,
    files: recordingSinkFiles,
    config: { sinks: { a: recording } },
    flags: ['--sinks-dir', '.'],
  });
  await agent.saying('Waiting for the engine.');

  const said = await agent.reload({ socketPath, config: { sinks: { b: recording } } });
  await engine.start();
  await agent.ready();
  const web = engine.container({ name: 'web' }).start().print('stdout', '1\n');
  const lines = await linesAt(agent, 'b', web.id, '1');
  const { account } = await agent.stop();
  await engine.close();

  expect(said).toMatchObject({ added: ['b'], removed: ['a'] });
  expect(lines).toEqual(['1']);
  expect(Object.keys(account ?? {})).toEqual(['b']);
});

test('where the configuration comes from no file, there is nothing to read again, and that is said', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await AgentProcess.start({
    args: ['demo'],
    env: { DOCKER_HOST: `unix://${engine.socketPath}` },
  });
  await agent.ready();

  agent.signal('SIGHUP');
  await agent.saying(
    'There is nothing to read again: the configuration comes from no file. Restart the agent to change it.',
  );
  engine.container({ name: 'web' }).start().print('stdout', 'still here\n');
  await agent.until(() => agent.stdout.includes('still here'), 'it goes on collecting');
  const { exitCode } = await agent.stop();

  expect(exitCode).toBe(0);
});

test('what only another start can change is named, and the rest of the file counts', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await recordingAgent(engine, { a: recording });
  const web = engine.container({ name: 'web' }).start().print('stdout', '1\n');
  await linesAt(agent, 'a', web.id, '1');

  const said = await agent.reload({
    config: {
      engine: { host: 'tcp://elsewhere:2375' },
      state: { directory: 'FOLDER/elsewhere' },
      fields: { cluster: 'eu' },
      sinks: { a: recording },
    },
  });
  web.print('stdout', '2\n');
  await linesAt(agent, 'a', web.id, '2');
  await agent.stop();

  expect(said).toMatchObject({ sections: ['fields'], left: ['a'] });
  expect(agent.diagnostics).toContainEqual(
    expect.objectContaining({ level: 'warn', settings: ['engine', 'state.directory'] }),
  );
  expect(takenBy(agent.folder, 'a').map(({ fields }) => fields)).toEqual([{}, { cluster: 'eu' }]);
});

test('a token from a variable counts again, although the variable is gone from the process', async () => {
  await using engine = await new EmbeddedEngine().start();
  const knocking = sinkFile(
    'knocking',
    `open: async () => context.log.info({ length: context.token('log').reveal().length }, 'Knocked.')`,
    { token: 'required' },
  );
  const sinks = { knocking: { token: `\${KNOCKING_TOKEN}` } };
  await using agent = await recordingAgent(engine, sinks, {
    files: { 'knocking.mjs': knocking },
    env: { KNOCKING_TOKEN: 'open sesame' },
  });
  await agent.saying('Knocked.');

  const said = await agent.reload({
    socketPath: engine.socketPath,
    config: { sinks: { ...sinks, other: { ...sinks.knocking, type: 'knocking' } } },
  });
  await agent.until(() => agent.said('Knocked.').length === 2, 'the other has knocked');
  await agent.stop();

  expect(said).toMatchObject({ added: ['other'], left: ['knocking'] });
});

test('asked to stop while a sink that is removed hangs, it ends in time and in balance', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using agent = await recordingAgent(
    engine,
    { a: recording, b: recording },
    {
      flags: ['--stop-timeout', '4s'],
    },
  );
  order(agent.folder, 'b', 'stall');
  const web = engine.container({ name: 'web' }).start().print('stdout', '1\n');
  await linesAt(agent, 'a', web.id, '1');

  await agent.reload({ socketPath: engine.socketPath, config: { sinks: { a: recording } } });
  const { exitCode, account } = await agent.stop();

  expect(exitCode).toBe(0);
  expect(laneOf(account, 'a')).toMatchObject({ delivered: 1, dropped: {}, held: 0 });
  expect(agent.said('A sink is removed, this is its account.')).toEqual([
    expect.objectContaining({ sink: 'b', account: expect.objectContaining({ held: 1 }) }),
  ]);
  const [told] = agent.said('A sink is removed, this is its account.');
  expect(isAccount({ b: told?.account })).toBe(true);
});

test('with --watch a file counts as soon as it is there, however it comes, and so does a secret', async () => {
  await using engine = await new EmbeddedEngine().start();
  const knocking = sinkFile(
    'knocking',
    `open: async () => context.log.info({ length: context.token('log').reveal().length }, 'Knocked.')`,
    { token: 'required' },
  );
  const knock = { type: 'knocking', token: `\${file:token}` };
  await using agent = await recordingAgent(
    engine,
    { first: knock },
    { files: { 'knocking.mjs': knocking, token: 'old' }, flags: ['--watch'] },
  );
  await agent.saying('Knocked.');
  const count = () => agent.said(reloaded).length;

  writeFileSync(join(agent.folder, 'token'), 'rotated');
  await agent.until(() => count() === 1, 'the secret counts');
  const { folder } = agent;
  renameSync(join(folder, 'config.yaml'), join(folder, 'config.yaml~'));
  configure(folder, {
    socketPath: engine.socketPath,
    config: { sinks: { first: knock, second: knock } },
  });
  await agent.until(() => agent.said(reloaded).at(-1)?.left?.toString() === 'first', 'it counts');
  await agent.until(() => agent.said('Knocked.').length === 3, 'all have knocked');
  await agent.stop();

  expect(agent.said('Knocked.').map(({ length }) => length)).toEqual([3, 7, 7]);
  expect(agent.said(reloaded)[0]).toMatchObject({ why: 'its files changed', changed: ['first'] });
});
