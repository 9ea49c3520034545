import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isSinkError, systemClock } from '@tallyman/sdk';
import { SinkUnavailable } from '../../src/config/catalogue.ts';
import { createDiagnostics } from '../../src/diagnostics/diagnostics.ts';
import { findSinks, type ListedCatalogue } from '../../src/sinks/catalogue.ts';
import { sinkContext } from '../../src/sinks/context.ts';
import type { ListedSink } from '../../src/sinks/listed.ts';
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

/** What is listed beside the sinks that come with the agent. */
async function othersIn(sinks: ListedCatalogue): Promise<readonly ListedSink[]> {
  return (await sinks.list()).filter(({ origin }) => origin !== 'built-in');
}

function inside(folder: Folder, name: string) {
  return { path: join(folder.path, name), presence: 'must-exist' } as const;
}

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

    expect(sinks.names()).toEqual([...comesAlong, 'red', 'blue', 'kafka', 'webhook', 'x']);
  });

  test('takes a folder that is a package itself as that, and looks no further in it', () => {
    using folder = new Folder();
    folder.put('package.json', { tallyman: { sinks: { kafka: './dist/index.mjs' } } });
    folder.put('index.mjs', '');
    folder.put('test/package.json', { tallyman: { sinks: { other: './index.js' } } });

    expect(findSinks([folder.directory]).names()).toEqual([...comesAlong, 'kafka']);
  });

  test('goes through several folders, in their order', () => {
    using folder = new Folder();
    folder.put('z/first.mjs', '');
    folder.put('a/second.mjs', '');

    const sinks = findSinks(['z', 'a'].map((name) => inside(folder, name)));

    expect(sinks.names()).toEqual([...comesAlong, 'first', 'second']);
  });

  test('follows a link to the folder of a package, as pnpm link makes it', async () => {
    using folder = new Folder();
    folder.put('work/kafka/package.json', {
      type: 'module',
      tallyman: { sinks: { kafka: './index.js' } },
    });
    folder.put('work/kafka/index.js', sinkSource('kafka'));
    mkdirSync(join(folder.path, 'sinks'));
    symlinkSync('../work/kafka', join(folder.path, 'sinks/kafka'));

    const definition = await findSinks([inside(folder, 'sinks')]).definition('kafka');

    expect(definition.type).toBe('kafka');
  });

  test.each(['webhook.test.mjs', 'webhook.d.mts', 'tsconfig.json', 'notes.js.txt'])(
    'passes %s over',
    async (name) => {
      using folder = new Folder();
      folder.put(name, '');

      expect(await othersIn(findSinks([folder.directory]))).toEqual([]);
    },
  );

  test('passes over what a sink was compiled from, where the sink is beside it', async () => {
    using folder = new Folder();
    folder.put('webhook.mts', '');
    folder.put('webhook.mjs', '');

    expect(await othersIn(findSinks([folder.directory]))).toMatchObject([{ name: 'webhook' }]);
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

  test('loads one of several sinks of an npm package by the name of both', async () => {
    using folder = new Folder();
    folder.put('node_modules/@acme/two/package.json', {
      type: 'module',
      tallyman: { sinks: { red: './red.js', blue: { module: './blue.js' } } },
    });
    folder.put('node_modules/@acme/two/blue.js', sinkSource('blue'));
    const sinks = findSinks([folder.directory]);

    const definition = await sinks.definition('@acme/two/blue');

    expect(definition.type).toBe('blue');
    expect(sinks.names()).toEqual([...comesAlong, '@acme/two/red', '@acme/two/blue']);
  });
});

describe('listing', () => {
  test('says of a package what its package.json says, and of a file nothing', async () => {
    using folder = new Folder();
    folder.put('kafka/package.json', {
      version: '2.3.4',
      tallyman: {
        sinks: {
          kafka: { module: './index.js', stability: 'beta', accepts: ['log', 'event'] },
        },
      },
    });
    folder.put('kafka/index.js', '');
    const file = folder.put('webhook.mjs', 'throw new Error("ran")');

    expect(await othersIn(findSinks([folder.directory]))).toEqual([
      {
        name: 'kafka',
        origin: 'package',
        path: join(folder.path, 'kafka'),
        version: '2.3.4',
        stability: 'beta',
        kinds: ['logs', 'events'],
      },
      { name: 'webhook', origin: 'file', path: file },
    ]);
  });

  test('has what npm has installed, by the names that a configuration has to say', async () => {
    using folder = new Folder();
    folder.put('node_modules/@acme/tallyman-sink-kafka/package.json', {
      version: '1.0.0',
      tallyman: { sinks: { kafka: './index.js' } },
    });
    folder.put('node_modules/@acme/tallyman-sink-kafka/index.js', '');
    folder.put('node_modules/broken/package.json', '{');
    folder.put('node_modules/client/package.json', { version: '1.0.0' });

    expect(await othersIn(findSinks([folder.directory]))).toMatchObject([
      { name: '@acme/tallyman-sink-kafka', origin: 'package', version: '1.0.0' },
    ]);
  });

  test('knows a sink that comes with the agent from its definition', async () => {
    const [librato] = await findSinks([]).list();

    expect(librato).toEqual({
      name: 'librato',
      origin: 'built-in',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      stability: 'stable',
      kinds: ['stats', 'events'],
    });
  });

  test.each([
    ['package.json is not JSON', '{', /^reading .*package\.json: .*; correct the JSON$/],
    [
      'package.json has sinks in a list',
      sinksSaid(['./a.js']),
      /tallyman\.sinks is not an object; write/,
    ],
    [
      'package.json has the wrong word',
      { tallyman: { sink: {} } },
      /names no sinks; write "tallyman"/,
    ],
    ['sink is no path', sinksSaid({ a: 1 }), /sinks\.a is neither a path nor an object .*; write/],
    [
      'sink leads out of the package',
      sinksSaid({ a: '../a.js' }),
      /sinks\.a leads out of the package: \.\.\/a\.js; name a file/,
    ],
    [
      'sink has no fitting name',
      sinksSaid({ My_Sink: './a.js' }),
      /My_Sink is no name of a sink; a name has lower-case/,
    ],
    [
      'stability is another word',
      sinksSaid({ a: { module: './a.js', stability: 'ga' } }),
      /a\.stability is "ga"; write one of "stable", "beta"/,
    ],
    [
      'kinds are other words',
      sinksSaid({ a: { module: './a.js', accepts: ['logs'] } }),
      /a\.accepts is \["logs"\]; write a list of "log"/,
    ],
    [
      'module is not built',
      sinksSaid({ x: './dist/i.js' }),
      /dist\/i\.js is not there, and .*package\.json names it; build the package \(npm run build in .*\/x\)/,
    ],
    ['module is a folder', sinksSaid({ x: './lib' }), /lib is a folder; name the module in it/],
    [
      'SDK has another major',
      needing('^7.3.0'),
      /made for @tallyman\/sdk \^7\.3\.0, this agent has \d+\.\d+\.\d+; install a version/,
    ],
    [
      'SDK has a later minor',
      needing('^0.99.0'),
      /needs @tallyman\/sdk \^0\.99\.0, this agent has \d+\.\d+\.\d+; update the agent/,
    ],
  ])('says what to do about a package whose %s, beside others', async (_what, manifest, fault) => {
    using folder = new Folder();
    folder.put('x/package.json', manifest);
    folder.put('x/lib/index.js', '');
    folder.put('webhook.mjs', '');

    expect(await othersIn(findSinks([folder.directory]))).toEqual([
      expect.objectContaining({ name: 'webhook' }),
      expect.objectContaining({ fault: expect.stringMatching(fault) }),
    ]);
  });

  test.each([
    ['kafka.mts', /kafka\.mts is TypeScript; compile it, as kafka\.mjs$/],
    ['kafka.ts', /is TypeScript; compile it/],
    ['kafka.js', /is not taken for a sink; rename it, as kafka\.mjs$/],
    ['Kafka.mjs', /Kafka\.mjs is no name of a sink; a name has lower-case letters/],
  ])('says what to do about %s', async (name, fault) => {
    using folder = new Folder();
    const path = folder.put(name, '');

    expect(await othersIn(findSinks([folder.directory]))).toEqual([
      { name: path, origin: 'file', path, fault: expect.stringMatching(fault) },
    ]);
  });

  test.each(['dangling', 'dangling.mjs'])(
    'says of %s that the link leads nowhere',
    async (name) => {
      using folder = new Folder();
      symlinkSync('/no/such/place', join(folder.path, name));

      expect(await othersIn(findSinks([folder.directory]))).toMatchObject([
        { fault: expect.stringMatching(/is a link that leads nowhere; in a container, mount/) },
      ]);
    },
  );
});

function sinksSaid(sinks: unknown): object {
  return { tallyman: { sinks } };
}

function needing(range: string): object {
  return { peerDependencies: { '@tallyman/sdk': range }, ...sinksSaid({ x: './index.js' }) };
}

describe('refusing', () => {
  test('names all files where sinks have the same name, and leaves the others alone', async () => {
    using folder = new Folder();
    const file = folder.put('kafka.mjs', '');
    folder.put('other/package.json', sinksSaid({ kafka: './k.js', stdout: './s.js' }));
    folder.put('other/k.js', '');
    folder.put('other/s.js', '');
    folder.put('webhook.mjs', sinkSource('webhook'));
    const sinks = findSinks([folder.directory]);

    const kafka = await refusalOf(() => sinks.definition('kafka'));
    const stdout = await refusalOf(() => sinks.definition('stdout'));

    expect(kafka.message).toMatch(
      `the sink "kafka" is there twice, in ${file} and in ${join(folder.path, 'other/k.js')}; remove one`,
    );
    expect(stdout.message).toMatch(
      `the sink "stdout" is there twice, in the agent itself and in ${join(folder.path, 'other/s.js')}; remove one`,
    );
    expect(await sinks.definition('webhook')).toMatchObject({ type: 'webhook' });
    const faulty = (await sinks.list()).filter(({ fault }) => fault !== undefined);
    expect(faulty.map(({ name }) => name)).toEqual(['kafka', 'kafka', 'stdout']);
  });

  test('takes a folder that is named twice, or through a link, as one', () => {
    using folder = new Folder();
    folder.put('a/webhook.mjs', '');
    symlinkSync(join(folder.path, 'a'), join(folder.path, 'b'));

    const sinks = findSinks(['a', 'b', 'a'].map((name) => inside(folder, name)));

    expect(sinks.names()).toEqual([...comesAlong, 'webhook']);
  });

  test('says what is wrong with a folder that was asked for', async () => {
    using folder = new Folder();
    folder.put('webhook.mjs', '');
    const refusalIn = (name: string) => refusalOf(() => findSinks([inside(folder, name)]));

    const [absent, file] = [await refusalIn('absent'), await refusalIn('webhook.mjs')];

    expect(absent.message).toBe(
      `looking for sinks in ${folder.path}/absent: there is no such folder; correct the path, in a container that of the mount`,
    );
    expect(file.message).toMatch(/webhook\.mjs: it is a file; name the folder that it lies in$/);
  });

  test.each([
    ['librat', 'did you mean librato?'],
    ['@acme/x', 'it is not installed: npm install @acme/x in FOLDER'],
    ['kafka', 'npm has installed it under another name: write type: "@acme/sinks"'],
    ['nats', 'FOLDER/nats.ts is TypeScript; compile it, as nats.mjs'],
    [
      'pigeon',
      'known: librato, logentries, stdout, @acme/sinks; looked in FOLDER; tallyman sinks says what cannot be used there (1)',
    ],
  ])('says of the unknown sink %s what may have been meant', async (type, advice) => {
    using folder = new Folder();
    folder.put('node_modules/@acme/sinks/package.json', sinksSaid({ kafka: './k.js' }));
    folder.put('nats.ts', '');

    const refusal = await refusalOf(() => findSinks([folder.directory]).definition(type));

    expect(refusal.reason).toBe('unknown');
    expect(refusal.message).toBe(
      `there is no sink of type "${type}"; ${advice.replaceAll('FOLDER', folder.path)}`,
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
    ['is not JSON', '{', /reading .*package\.json: .*; correct the JSON/],
    ['names no sink', { name: '@acme/x' }, /names no sink; it has to say "tallyman"/],
    [
      'names several',
      sinksSaid({ red: './r.js', blue: './b.js' }),
      /names @acme\/x\/red, @acme\/x\/blue; choose one of them/,
    ],
  ])('refuses an npm package whose package.json %s', async (_what, manifest, message) => {
    using folder = new Folder();
    folder.put('node_modules/@acme/x/package.json', manifest);

    const refusal = await refusalOf(() => findSinks([folder.directory]).definition('@acme/x'));

    expect(refusal).toMatchObject({ reason: 'refused', message: expect.stringMatching(message) });
  });

  test('loads nothing of what cannot be used as it lies there', async () => {
    using folder = new Folder();
    folder.put('x/package.json', needing('^7.3.0'));
    folder.put('x/index.js', 'throw new Error("ran")');

    const refusal = await refusalOf(() => findSinks([folder.directory]).definition('x'));

    expect(refusal.message).toMatch(/^loading the sink "x": .*made for @tallyman\/sdk \^7\.3\.0/);
  });
});
