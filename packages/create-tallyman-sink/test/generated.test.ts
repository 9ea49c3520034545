import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { destinations, languages } from '../src/choices.ts';
import { generated } from '../src/generated.ts';
import { settled } from '../src/settled.ts';
import { version } from '../src/version.ts';
import { write } from '../src/write.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const compiler = join(root, 'node_modules/.bin/tsc');
const agent = join(root, 'packages/agent/bin/tallyman.js');
const execute = promisify(execFile);
const limitMs = 120_000;

const needs = [
  { token: 'required', kinds: 'logs, stats, events' },
  { token: 'optional', kinds: 'events' },
  { token: 'none', kinds: 'logs' },
] as const;
const variants = destinations.flatMap((destination) =>
  languages.flatMap((language) =>
    needs.map((need) => {
      const name = `${destination}-${language}-${need.token}`;
      return { name, destination, language, ...need };
    }),
  ),
);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallyman-generated-'));
  mkdirSync(join(folder, 'node_modules/@tallyman'), { recursive: true });
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  for (const name of ['sdk', 'testkit'])
    symlinkSync(join(root, 'packages', name), join(folder, 'node_modules/@tallyman', name));
  for (const { name, ...said } of variants) {
    const choices = settled({ name, directory: join(folder, name), ...said });
    write(generated(choices), choices.directory);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command in a package's folder; what it prints. */
async function run(name: string, command: string, ...args: readonly string[]): Promise<string> {
  const ended = execute(command, args, { cwd: join(folder, name) });
  const { stdout } = await ended.catch(({ stdout, stderr }) => {
    throw new Error(`running ${command} ${args.join(' ')} in ${name}:\n${stdout}${stderr}`);
  });
  return stdout;
}

describe.each(variants)('the package of $name', ({ name, language, token, kinds }) => {
  test(
    'has the right types, and passes its tests at once',
    async () => {
      const project = language === 'typescript' ? 'tsconfig.json' : 'jsconfig.json';
      await run(name, compiler, '--project', project, '--types', 'node');

      const said = await run(name, process.execPath, '--test', 'test/**/*.test.js');

      expect(said).toMatch(/^ℹ pass [1-9]/m);
      expect(said).toMatch(/^ℹ fail 0$/m);
    },
    limitMs,
  );

  test('is found by the agent, with a configuration that is sound', async () => {
    await using engine = new EmbeddedEngine();
    await engine.start();
    const args = ['check', '--config', 'example/tallyman.yaml', '--sinks-dir', '.'];

    const said = await run(
      name,
      'env',
      `DOCKER_HOST=unix://${engine.socketPath}`,
      process.execPath,
      agent,
      ...args,
    );

    expect(said).toContain('example/tallyman.yaml is sound.');
    expect(said).toContain(`${name}  ${name}  ${kinds}\n`);
  });

  test('says what it is, and shows nothing of a template', () => {
    const files = globSync('**/*.*', { cwd: join(folder, name), exclude: ['dist'] });
    const text = files.map((file) => readFileSync(join(folder, name, file), 'utf8')).join('\n');

    expect(text).not.toMatch(/example-name|#if|#else|#end|\/\/\||<!--/);
    expect(text).toContain(`type: '${name}'`);
    expect(text).toContain(`token: '${token}'`);
    expect(text.includes('reveal()')).toBe(token !== 'none');
  });
});

test('a package is made for the minor of the SDK that is current', () => {
  const [major, minor] = version.split('.');

  const manifest = JSON.parse(
    generated(settled({ name: '@acme/kafka' })).get('package.json') ?? '',
  );

  expect(manifest).toMatchObject({
    name: '@acme/kafka',
    type: 'module',
    exports: './src/index.js',
    files: ['src'],
    tallyman: {
      sinks: {
        kafka: {
          module: './src/index.js',
          stability: 'experimental',
          accepts: ['log', 'stat', 'event'],
        },
      },
    },
    peerDependencies: { '@tallyman/sdk': `^${major}.${minor}.0` },
    devDependencies: { '@tallyman/testkit': `^${major}.${minor}.0` },
  });
  expect(version).toBe(
    JSON.parse(readFileSync(join(root, 'packages/sdk/package.json'), 'utf8')).version,
  );
});
