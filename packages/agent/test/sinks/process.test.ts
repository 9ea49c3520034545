import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Folder, sinkSource } from './folder.ts';

const program = fileURLToPath(new URL('./programs/load.ts', import.meta.url));
const run = promisify(execFile);

async function loaded(folder: Folder, type: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ['--no-warnings', program, folder.path, type]);
  return JSON.parse(stdout);
}

async function refused(folder: Folder, type: string): Promise<string> {
  const said = await loaded(folder, type);
  expect(said).toEqual({ error: expect.any(String) });
  return Object(said).error.replaceAll(folder.path, 'FOLDER').replace('SinkUnavailable: ', '');
}

/** A package `kafka` in the folder, whose module is `index.SUFFIX`. */
function putPackage(folder: Folder, suffix: string, source: string, at = 'kafka'): void {
  folder.put(`${at}/package.json`, { tallyman: { sinks: { kafka: `./index.${suffix}` } } });
  folder.put(`${at}/index.${suffix}`, source);
}

describe('a sink', () => {
  test('in a file may import the SDK, which is nowhere near it', async () => {
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

  test('in a package that brings its own SDK gets its own', async () => {
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

  const definition = sinkSource('kafka').replace('export default', '').replace(/;$/, '');

  test('may be CommonJS, and require the SDK', async () => {
    using folder = new Folder();
    const source = `module.exports = require('@tallyman/sdk').defineSink(${definition})`;
    putPackage(folder, 'cjs', source);

    expect(await loaded(folder, 'kafka')).toMatchObject({ type: 'kafka' });
  });

  test('may be CommonJS as compilers make it of an ES module', async () => {
    using folder = new Folder();
    const mark = "Object.defineProperty(exports, '__esModule', { value: true });";
    putPackage(folder, 'cjs', `${mark} exports.default = ${definition};`);

    expect(await loaded(folder, 'kafka')).toMatchObject({ type: 'kafka' });
  });
});

describe('a sink that cannot be imported is refused with what to do:', () => {
  const thrown = 'correct it there; what can fail belongs into open(), where it is tried again';
  const inImage =
    "where the agent runs, npm rebuild in FOLDER, or remove its node_modules and npm install; for a container, install the sink in an image made from the agent's (docs/guides/deploy.md)";

  test.each([
    [
      'it throws',
      '\n\nthrow new TypeError("no\\nbroker");',
      `no (FOLDER/kafka.mjs:3:7); ${thrown}`,
    ],
    ['it throws what is no error', 'throw "no broker";', `no broker; ${thrown}`],
    [
      'it is no JavaScript',
      '\nexport default {',
      'Unexpected end of input; node --check FOLDER/kafka.mjs shows the line',
    ],
    [
      'a dependency is missing',
      "import 'kafkajs/client';",
      "Cannot find package 'kafkajs' imported from FOLDER/kafka.mjs; run npm install kafkajs in FOLDER",
    ],
    [
      'a file of its own is missing',
      "import './client.js';",
      "Cannot find module 'FOLDER/client.js' imported from FOLDER/kafka.mjs; build the sink, and see that all of its files are there",
    ],
    [
      'a suffix is missing',
      "import './helper';",
      "Cannot find module 'FOLDER/helper' imported from FOLDER/kafka.mjs; write helper.js",
    ],
    [
      'it is written for a later SDK',
      "import { later } from '@tallyman/sdk';",
      "The requested module '@tallyman/sdk' does not provide an export named 'later' (FOLDER/kafka.mjs:1); the sink is written for a later SDK; update the agent, or install an older version of the sink",
    ],
  ])('%s', async (_what, source, message) => {
    using folder = new Folder();
    folder.put('helper.js', '');
    folder.put('kafka.mjs', source);

    expect(await refused(folder, 'kafka')).toBe(
      `importing the sink "kafka" from FOLDER/kafka.mjs: ${message}`,
    );
  });

  const requiring = (path: string) =>
    `process.getBuiltinModule('module').createRequire(import.meta.url)('${path}')`;
  // What Node 24 and the linkers of glibc and musl say, word by word.
  const otherNode =
    "The module '/x/a.node'\\nwas compiled against a different Node.js version using\\nNODE_MODULE_VERSION 115.";
  const arm =
    '/x/crc32.linux-arm64-gnu.node: cannot open shared object file: No such file or directory';
  const muslHere = '/lib/x86_64-linux-gnu/libc.so: invalid ELF header';
  const glibcThere = 'Error loading shared library ld-linux-x86-64.so.2: No such file or directory';
  const noLibrary = 'librdkafka.so.1: cannot open shared object file: No such file or directory';

  test.each([
    ['not there', requiring('./a.node'), 'is not there'],
    ['not there by its package', requiring('@node-rs/crc32-linux-x64-gnu'), 'is not there'],
    ['no library', requiring('./b.node'), 'is built for another platform'],
    ['for another processor', throwing(arm), 'is built for another platform'],
    ['for another Node', throwing(otherNode), 'is built for another version of Node'],
    ['for musl on glibc', throwing(muslHere), 'is built for another C library'],
    ['for glibc on musl', throwing(glibcThere), 'is built for another C library'],
    ['without its library', throwing(noLibrary), 'needs a library that is not there'],
    [
      'not found by its loader',
      'throw new Error("No native build was found for platform=linux arch=x64")',
      'is not there',
    ],
  ])('its native part is %s', async (_what, source, why) => {
    using folder = new Folder();
    folder.put('b.node', 'no library at all'.repeat(100));
    folder.put('kafka.mjs', source);

    const message = await refused(folder, 'kafka');

    expect(message).toContain(
      `; a native part of it ${why} (${process.platform}-${process.arch}, `,
    );
    expect(message).toContain(`, Node ${process.versions.node}); ${inImage}`);
  });

  test('a package lacks what it requires', async () => {
    using folder = new Folder();
    putPackage(folder, 'cjs', "require('kafkajs')");

    expect(await refused(folder, 'kafka')).toBe(
      'importing the sink "kafka" from FOLDER/kafka/index.cjs: Cannot find module \'kafkajs\' (required by FOLDER/kafka/index.cjs); run npm install in FOLDER/kafka, with kafkajs among its dependencies',
    );
  });

  test('what npm has installed lacks what it imports', async () => {
    using folder = new Folder();
    putPackage(folder, 'mjs', "import 'kafkajs'", 'node_modules/@acme/kafka');

    expect(await refused(folder, '@acme/kafka')).toMatch(
      /Cannot find package 'kafkajs'.*; run npm install in FOLDER, with kafkajs among its dependencies$/,
    );
  });

  test.each([
    ['node_modules/@acme/kafka', 'ts', 'const a: string = "";'],
    ['kafka', 'ts', 'enum Colour { Red }'],
    ['kafka', 'tsx', 'export default <a/>;'],
  ])('it is TypeScript in %s/index.%s', async (at, suffix, source) => {
    using folder = new Folder();
    putPackage(folder, suffix, source, at);

    expect(await refused(folder, at.replace('node_modules/', ''))).toMatch(
      /; compile it to JavaScript, and name that$/,
    );
  });
});

test('a sink whose schema does not compile is refused with the keyword and its place', async () => {
  using folder = new Folder();
  const schema = "{ url: { type: 'string', format: 'uri' } }";
  folder.put(
    'kafka.mjs',
    sinkSource('kafka').replace(schema, "{ url: { type: 'string', defualt: 'x' } }"),
  );

  expect(await refused(folder, 'kafka')).toBe(
    'loading the sink "kafka" from FOLDER/kafka.mjs: options.properties.url: unknown keyword: "defualt"; did you mean default?',
  );
});

test('a sink that is ill formed is refused with all of its faults', async () => {
  using folder = new Folder();
  folder.put('kafka.mjs', sinkSource('kafka').replace("'beta'", "'ga'").replace("['log']", '[]'));

  expect(await refused(folder, 'kafka')).toBe(
    "loading the sink \"kafka\" from FOLDER/kafka.mjs: stability is 'ga'; write one of 'stable', 'beta', 'experimental'; accepts is an empty list; write a list of 'log', 'stat', 'event'",
  );
});

test('a sink without a default export is refused with what to write', async () => {
  using folder = new Folder();
  folder.put('kafka.mjs', 'export const kafka = {};');

  expect(await refused(folder, 'kafka')).toBe(
    `loading the sink "kafka" from ${join('FOLDER', 'kafka.mjs')}: has no default export; write: export default { type: 'kafka', … }`,
  );
});

function throwing(message: string): string {
  return `throw Object.assign(new Error("${message}"), { code: 'ERR_DLOPEN_FAILED' });`;
}
