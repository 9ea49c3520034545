import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { Folder, sinkSource } from './folder.ts';

const program = fileURLToPath(new URL('./programs/load.ts', import.meta.url));
const run = promisify(execFile);

async function loaded(folder: Folder, type: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ['--no-warnings', program, folder.path, type]);
  return JSON.parse(stdout);
}

test('a mounted file may import the SDK, which is nowhere near it', async () => {
  using folder = new Folder();
  const source = sinkSource('webhook').replace('export default', 'export default defineSink(');
  folder.put(
    'webhook.mjs',
    `import { defineSink } from '@tallyman/sdk';\n${source.replace(/;$/, ')')}`,
  );

  expect(await loaded(folder, 'webhook')).toEqual({
    type: 'webhook',
    summary: 'Posts records to a URL.',
  });
});

test('a package that brings its own SDK gets its own', async () => {
  using folder = new Folder();
  folder.put('x/package.json', { type: 'module', tallyman: { sinks: { x: './index.js' } } });
  folder.put('x/node_modules/@tallyman/sdk/package.json', {
    type: 'module',
    exports: './index.js',
  });
  folder.put('x/node_modules/@tallyman/sdk/index.js', "export const own = 'Its own SDK.';");
  folder.put(
    'x/index.js',
    `import { own } from '@tallyman/sdk'; ${sinkSource('x', 'summary: own')}`,
  );

  expect(await loaded(folder, 'x')).toEqual({ type: 'x', summary: 'Its own SDK.' });
});

test('a package that is missing is named, with the file that wants it', async () => {
  using folder = new Folder();
  const file = folder.put('kafka.mjs', "import 'no-such-client';");

  expect(await loaded(folder, 'kafka')).toEqual({
    error: expect.stringMatching(
      `^SinkUnavailable: importing the sink "kafka" from ${file}: Cannot find package 'no-such-client' imported from ${file}`,
    ),
  });
});

test('a sink that throws while it is imported is named with the line', async () => {
  using folder = new Folder();
  const file = folder.put('broken.mjs', '\n\nthrow new TypeError("no broker");');

  expect(await loaded(folder, 'broken')).toEqual({
    error: `SinkUnavailable: importing the sink "broken" from ${file}: no broker (file://${file}:3:7)`,
  });
});

test('a sink that is not JavaScript is named with the way to find the line', async () => {
  using folder = new Folder();
  const file = folder.put('broken.mjs', '\nexport default {');

  expect(await loaded(folder, 'broken')).toEqual({
    error: `SinkUnavailable: importing the sink "broken" from ${file}: Unexpected end of input (to see where: node --check ${file})`,
  });
});
