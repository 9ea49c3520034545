import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isSinkError, systemClock } from '@tallyman/sdk';
import { SinkUnavailable } from '../../src/config/catalogue.ts';
import { createDiagnostics } from '../../src/diagnostics/diagnostics.ts';
import { findSinks } from '../../src/sinks/catalogue.ts';
import { sinkContext } from '../../src/sinks/context.ts';
import { Lines } from '../diagnostics/lines.ts';
import { Folder, sinkSource } from './folder.ts';

const never = new AbortController().signal;

function contextFor(name: string) {
  return sinkContext({
    name,
    host: 'quay',
    version: '0.0.0',
    tokens: {},
    log: createDiagnostics({ level: 'silent', format: 'json', color: false }, new Lines()),
    clock: systemClock,
    random: Math.random,
    onProgress: () => {},
    onCount: () => {},
  });
}

async function refusalOf(work: () => unknown): Promise<SinkUnavailable> {
  try {
    await work();
  } catch (error) {
    if (error instanceof SinkUnavailable) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const comesAlong = ['librato', 'logentries', 'stdout'];

describe('finding', () => {
  test('needs no folder for the sinks that come with the agent', async () => {
    using folder = new Folder();
    const sinks = findSinks([{ path: join(folder.path, 'absent'), presence: 'optional' }]);

    const stdout = await sinks.definition('stdout');

    expect(sinks.names()).toEqual(comesAlong);
    expect(stdout).toMatchObject({ type: 'stdout', contract: 1 });
  });

  test('loads a file without imports by its name, and the sink works', async () => {
    using folder = new Folder();
    folder.put('webhook.mjs', sinkSource('webhook'));
    const sinks = findSinks([folder.directory]);

    const definition = await sinks.definition('webhook');
    const sink = definition.create({ url: 'http://localhost' }, contextFor('hook'));
    const batch = { id: 'b', records: [], attempt: 1 };
    const outcome = await sink.write(batch, never).catch((error: unknown) => error);

    expect(isSinkError(outcome)).toBe(true);
    expect(outcome).toMatchObject({ message: 'posting 0 records to http://localhost' });
  });

  test('lists files, packages and packages with a scope, and nothing else', () => {
    using folder = new Folder();
    folder.put('webhook.mjs', '');
    folder.put('readme.txt', '');
    folder.put('kafka/package.json', { tallyman: { sinks: { kafka: './dist/index.js' } } });
    folder.put('@acme/two/package.json', {
      tallyman: { sinks: { red: './r.js', blue: './b.js' } },
    });
    folder.put('library/package.json', { name: 'library' });
    folder.put('node_modules/x/package.json', { tallyman: { sinks: { x: './x.js' } } });
    folder.put('.git/y.mjs', '');

    const sinks = findSinks([folder.directory]);

    expect(sinks.names()).toEqual([...comesAlong, 'red', 'blue', 'kafka', 'webhook']);
  });

  test('runs no code of a sink that is only listed', () => {
    using folder = new Folder();
    folder.put('trap.mjs', 'throw new Error("ran")');

    expect(findSinks([folder.directory]).names()).toContain('trap');
  });

  test('loads a sink of a package in a folder', async () => {
    using folder = new Folder();
    folder.put('kafka/package.json', {
      type: 'module',
      tallyman: { sinks: { kafka: './dist/index.js' } },
    });
    folder.put('kafka/dist/index.js', sinkSource('kafka'));

    const definition = await findSinks([folder.directory]).definition('kafka');

    expect(definition.type).toBe('kafka');
  });

  test('loads an npm package by its name from beside the folder of sinks', async () => {
    using folder = new Folder();
    const home = 'node_modules/@acme/tallyman-sink-kafka';
    folder.put(`${home}/package.json`, {
      name: '@acme/tallyman-sink-kafka',
      type: 'module',
      exports: { '.': { import: './index.js' } },
      tallyman: { sinks: { kafka: './index.js' } },
    });
    folder.put(`${home}/index.js`, sinkSource('kafka'));

    const definition = await findSinks([folder.directory]).definition('@acme/tallyman-sink-kafka');

    expect(definition.type).toBe('kafka');
  });
});

describe('refusing', () => {
  test('names both files where two sinks have the same name', async () => {
    using folder = new Folder();
    const file = folder.put('kafka.mjs', '');
    folder.put('other/package.json', {
      tallyman: { sinks: { kafka: './k.js', stdout: './s.js' } },
    });

    const refusal = await refusalOf(() => findSinks([folder.directory]));

    expect(refusal.message.split('\n')).toEqual([
      `the sink "kafka" is there twice, in ${file} and in ${join(folder.path, 'other/k.js')}; rename or remove one`,
      `the sink "stdout" is there twice, in the agent itself and in ${join(folder.path, 'other/s.js')}; rename or remove one`,
    ]);
  });

  test('takes a folder that is named twice, or through a link, as one', () => {
    using folder = new Folder();
    folder.put('a/webhook.mjs', '');
    symlinkSync(join(folder.path, 'a'), join(folder.path, 'b'));

    const sinks = findSinks(
      ['a', 'b', 'a'].map((name) => ({
        path: join(folder.path, name),
        presence: 'must-exist' as const,
      })),
    );

    expect(sinks.names()).toEqual([...comesAlong, 'webhook']);
  });

  test('says that a folder which was asked for is not there', async () => {
    const refusal = await refusalOf(() =>
      findSinks([{ path: '/no/such/folder', presence: 'must-exist' }]),
    );

    expect(refusal.message).toMatch(/^looking for sinks in \/no\/such\/folder: ENOENT/);
  });

  test('says where it looked for an unknown sink', async () => {
    using folder = new Folder();

    const refusal = await refusalOf(() => findSinks([folder.directory]).definition('librat'));

    expect(refusal.reason).toBe('unknown');
    expect(refusal.message).toBe(
      `there is no sink "librat"; looked among those that come with the agent, in ${folder.path}, for an npm package of that name`,
    );
  });

  test('takes a package that is no sink for a typing error', async () => {
    const refusal = await refusalOf(() => findSinks([]).definition('yaml'));

    expect(refusal.reason).toBe('unknown');
  });

  test.each(['../evil', '/etc/passwd', 'file:///tmp/x.mjs', 'node:fs', ''])(
    'does not load %j as a package',
    async (type) => {
      const refusal = await refusalOf(() => findSinks([]).definition(type));

      expect(refusal.reason).toBe('unknown');
    },
  );

  test.each([
    ['is not JSON', '{', /reading .*package\.json: /],
    [
      'has sinks in a list',
      { tallyman: { sinks: ['./a.js'] } },
      /tallyman\.sinks is not an object; write "tallyman"/,
    ],
    [
      'has a sink that is no path',
      { tallyman: { sinks: { a: 1 } } },
      /tallyman\.sinks\.a is not a path/,
    ],
    [
      'leads out of itself',
      { tallyman: { sinks: { a: '../a.js' } } },
      /tallyman\.sinks\.a leads out of the package/,
    ],
  ])('refuses a package whose package.json %s', async (_what, manifest, message) => {
    using folder = new Folder();
    folder.put('x/package.json', manifest);

    const refusal = await refusalOf(() => findSinks([folder.directory]));

    expect(refusal).toMatchObject({ reason: 'refused', message: expect.stringMatching(message) });
  });

  test.each([
    ['names no sink', { name: '@acme/x' }, /names no sink; it has to say "tallyman"/],
    [
      'names several',
      { tallyman: { sinks: { red: './r.js', blue: './b.js' } } },
      /names several \(red, blue\)/,
    ],
  ])('refuses an npm package that %s', async (_what, manifest, message) => {
    using folder = new Folder();
    folder.put('node_modules/@acme/x/package.json', manifest);

    const refusal = await refusalOf(() => findSinks([folder.directory]).definition('@acme/x'));

    expect(refusal).toMatchObject({ reason: 'refused', message: expect.stringMatching(message) });
  });

  test('refuses a package for another SDK, with both versions', async () => {
    using folder = new Folder();
    folder.put('kafka/package.json', {
      peerDependencies: { '@tallyman/sdk': '^7.3.0' },
      tallyman: { sinks: { kafka: './index.js' } },
    });

    const refusal = await refusalOf(() => findSinks([folder.directory]).definition('kafka'));

    expect(refusal.message).toMatch(
      /made for @tallyman\/sdk \^7\.3\.0, this agent has \d+\.\d+\.\d+;/,
    );
  });

  test('names file, message and line of a sink that throws while it is imported', async () => {
    using folder = new Folder();
    const file = folder.put('broken.mjs', '\n\nthrow new TypeError("no broker");\n');

    const refusal = await refusalOf(() => findSinks([folder.directory]).definition('broken'));

    expect(refusal.message).toMatch(`importing the sink "broken" from ${file}: no broker`);
  });

  test('refuses a file that cannot be read', async () => {
    using folder = new Folder();
    mkdirSync(join(folder.path, 'real'));
    symlinkSync(join(folder.path, 'gone.mjs'), join(folder.path, 'dangling.mjs'));

    const refusal = await refusalOf(() => findSinks([folder.directory]).definition('dangling'));

    expect(refusal.reason).toBe('refused');
    expect(refusal.message).toContain(join(folder.path, 'dangling.mjs'));
  });
});
