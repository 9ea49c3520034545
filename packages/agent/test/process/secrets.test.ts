import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { AgentProcess } from '../support/agent-process.ts';
import { sinkFile } from './sink-file.ts';

const tokens = { first: 'tok-first-1c9a', second: 'tok-second-77d2', admin: 'tok-admin-f00d' };

// Tells of everything it can see, in a log line, an error and a file.
const teller = sinkFile(
  'teller',
  `open: async () => {
    const seen = ['log', 'stat', 'event'].map((kind) => context.token(kind)?.reveal());
    writeFileSync('FOLDER/' + context.name, JSON.stringify({ seen, env: process.env }));
    context.log.info({ context, token: context.token('log'), authToken: seen[0] }, 'Telling.');
    if (context.name === 'second') throw context.sdk.retryable('not today', { cause: context });
  }`,
  { token: 'required', before: `import { writeFileSync } from 'node:fs';` },
);

test('no token is printed, at any level, nor left in the environment, nor given to another sink', async () => {
  await using engine = await new EmbeddedEngine().start();
  engine.container({ name: 'web' }).start();
  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    files: { 'teller.mjs': teller },
    flags: ['--sinks-dir', '.', '--log-level', 'debug'],
    env: { FIRST_TOKEN: tokens.first },
    config: {
      admin: { token: tokens.admin },
      sinks: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
        first: { type: 'teller', token: '${FIRST_TOKEN}' },
        second: { type: 'teller', tokens: { logs: tokens.second } },
        stdout: {},
      },
    },
  });
  await agent.saying('Delivery failed, retrying.');
  await agent.until(() => agent.said('Telling.').length >= 2, 'both have told');
  await agent.until(() => agent.stats.length > 0, 'records are printed');
  await agent.stop();

  const printed = agent.stdout + agent.stderr;
  expect(Object.values(tokens).filter((token) => printed.includes(token))).toEqual([]);
  const told = async (name: string) => readFile(join(agent.folder, name), 'utf8');
  expect(JSON.parse(await told('first'))).toMatchObject({
    seen: [tokens.first, tokens.first, tokens.first],
    env: expect.not.objectContaining({ FIRST_TOKEN: expect.anything() }),
  });
  expect(await told('first')).not.toContain(tokens.second);
  expect(JSON.parse(await told('second'))).toMatchObject({ seen: [tokens.second, null, null] });
  expect(await told('second')).not.toContain(tokens.first);
});

test('check and the start without a file mask tokens', async () => {
  await using check = await AgentProcess.start({
    args: ['check'],
    env: {
      LOGENTRIES_TOKEN: tokens.first,
      LIBRATO_TOKEN: tokens.second,
      LIBRATO_EMAIL: 'a@b.example',
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
    },
  });
  await check.ended();

  const printed = check.stdout + check.stderr;
  expect(printed).not.toBe('');
  expect(Object.values(tokens).filter((token) => printed.includes(token))).toEqual([]);
});
