import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { batchOf, logRecord, observedContext } from '@tallyman/testkit';
import definition, { createStdoutSink, type StdoutOptions, streamOutput } from '../src/index.ts';

const { context: sinkContext } = observedContext();

const never = new AbortController().signal;
const variables = ['NO_COLOR', 'FORCE_COLOR', 'TERM'] as const;
let before: Record<string, string | undefined>;

beforeEach(() => {
  before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
  for (const name of variables) delete process.env[name];
});
afterEach(() => {
  for (const [name, value] of Object.entries(before))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
});

async function printed(options: StdoutOptions, { isTTY = false } = {}): Promise<string> {
  let all = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      all += chunk;
      done();
    },
  });
  const output = streamOutput(Object.assign(stream, { isTTY }));
  await createStdoutSink(options, sinkContext, output).write(batchOf([logRecord()]), never);
  return all;
}

describe('the format', () => {
  test('is pretty on a terminal and JSON elsewhere', async () => {
    expect(await printed({ color: 'never' }, { isTTY: true })).toContain('web-1 | GET / 200');
    expect(await printed({ color: 'never' })).toBe(`${JSON.stringify(logRecord())}\n`);
  });

  test('is what the options say', async () => {
    expect(await printed({ format: 'json', color: 'never' }, { isTTY: true })).toMatch(/^{/);
    expect(await printed({ format: 'logfmt', color: 'never' })).toMatch(/^time=/);
    expect(await printed({ format: 'pretty', color: 'never' })).toContain('web-1 | GET / 200');
  });
});

describe('colours', () => {
  const coloured = '\x1b[';

  test('are used on a terminal only', async () => {
    expect(await printed({ color: 'auto' }, { isTTY: true })).toContain(coloured);
    expect(await printed({ color: 'auto', format: 'pretty' })).not.toContain(coloured);
  });

  test('are off where NO_COLOR or a dumb terminal asks for it', async () => {
    process.env.NO_COLOR = '1';
    const withoutColor = await printed({ color: 'auto' }, { isTTY: true });
    delete process.env.NO_COLOR;
    process.env.TERM = 'dumb';
    const dumb = await printed({ color: 'auto' }, { isTTY: true });

    expect(withoutColor).not.toContain(coloured);
    expect(dumb).not.toContain(coloured);
  });

  test('are on without a terminal where FORCE_COLOR asks for it', async () => {
    process.env.FORCE_COLOR = '1';

    expect(await printed({ color: 'auto', format: 'pretty' })).toContain(coloured);
  });

  test('follow the option before the environment', async () => {
    process.env.NO_COLOR = '1';

    expect(await printed({ color: 'always', format: 'pretty' })).toContain(coloured);
    delete process.env.NO_COLOR;
    process.env.FORCE_COLOR = '1';
    expect(await printed({ color: 'never' }, { isTTY: true })).not.toContain(coloured);
  });
});

test('the definition is complete, and creating the sink opens nothing', () => {
  const resourcesBefore = process.getActiveResourcesInfo();

  definition.create({ color: 'auto' }, sinkContext);

  expect(process.getActiveResourcesInfo()).toEqual(resourcesBefore);
  expect(definition).toMatchObject({
    type: 'stdout',
    contract: 1,
    token: 'none',
    accepts: ['log', 'stat', 'event'],
  });
});
