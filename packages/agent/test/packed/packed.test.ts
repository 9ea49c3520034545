import { cpSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HttpReceiver } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { AgentProcess } from '../support/agent-process.ts';
import { PackedInstall } from '../support/packed-install.ts';
import { isRecord, jsonIn } from '../support/said.ts';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));
const typedSink = fileURLToPath(new URL('./programs/typed-sink.ts', import.meta.url));
const compiler = join(repository, 'node_modules/typescript/bin/tsc');
const setupLimitMs = 180_000;

let install: PackedInstall;
beforeAll(async () => {
  install = await PackedInstall.make(['@types/node@24']);
  cpSync(typedSink, join(install.folder, 'sinks/acme/src/index.ts'));
  install.put('sinks/acme/package.json', acmeManifest);
  install.put('sinks/webhook.mjs', blockOf('packages/sdk/README.md', 0));
  install.put('print.mjs', blockOf('packages/core/README.md', 0));
}, setupLimitMs);
afterAll(() => install?.[Symbol.dispose]());

const licence = readFileSync(join(repository, 'LICENSE'), 'utf8');
const packages = globSync('packages/*/package.json', { cwd: repository })
  .map((file) => JSON.parse(readFileSync(join(repository, file), 'utf8')))
  .filter((manifest) => manifest.private !== true)
  .map(({ name }): string => name);
const { version } = JSON.parse(
  readFileSync(join(repository, 'packages/agent/package.json'), 'utf8'),
);

test('the install has a size, which is printed', () => {
  const modules = join(install.folder, 'node_modules');
  const bytes = install
    .filesIn('node_modules')
    .reduce((sum, file) => sum + statSync(join(modules, file)).size, 0);
  process.stderr.write(
    `installed: ${(bytes / 1024 / 1024).toFixed(1)} MiB, dependencies included\n`,
  );

  expect(bytes).toBeLessThan(40 * 1024 * 1024);
});

describe.each(packages)('%s, as it is packed', (name) => {
  test('has its page and its licence, and nothing that is for development only', () => {
    const files = install.filesIn(`node_modules/${name}`);
    const built = /^dist\/.*(\.d\.ts|\.js)$/;
    const forDevelopment = /^(src|test|test-d|recordings|node_modules)\/|^tsconfig/;

    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md']));
    expect(readFileSync(join(install.folder, 'node_modules', name, 'LICENSE'), 'utf8')).toBe(
      licence,
    );
    expect(files.filter((file) => file.startsWith('dist/') && !built.test(file))).toEqual([]);
    expect(files.filter((file) => forDevelopment.test(file))).toEqual([]);
  });
});

test('the packed test kit has the contract whose clauses it names, without links that lead nowhere', () => {
  const contract = readFileSync(
    join(install.folder, 'node_modules/@tallyman/testkit/contract.md'),
    'utf8',
  );

  expect(contract).toContain('## 5. Errors');
  expect(contract).not.toMatch(/\]\((?!https?:)/);
});

describe('the packed SDK', () => {
  test('is imported by JavaScript', async () => {
    install.put(
      'import.js',
      `import { contractVersion, retryable } from '@tallyman/sdk';
       console.log(contractVersion, retryable('posting 3 records: HTTP 503', { status: 503 }).name);`,
    );

    expect(await install.run(process.execPath, 'import.js')).toBe('1 SinkError\n');
  });

  test.each([
    ['nodenext', { module: 'nodenext', noEmit: true }],
    ['bundler', { module: 'preserve', moduleResolution: 'bundler', noEmit: true }],
  ])(
    'types a sink in strict TypeScript, resolved as %s, with the types of browsers beside',
    async (_, how) => {
      expect(await compile(how)).toBe('');
    },
  );
});

test('the packed test kit holds the sink of the SDK’s page to the contract, by Node’s own runner', async () => {
  install.put('page/webhook.mjs', blockOf('packages/sdk/README.md', 0));
  install.put('page/webhook.test.mjs', blockOf('packages/sdk/README.md', 1));

  const report = await install.run(
    process.execPath,
    '--test',
    '--test-reporter=tap',
    'page/webhook.test.mjs',
  );

  expect(report).toMatch(/^# pass [1-9]\d+$/m);
  expect(report).toMatch(/^# fail 0$/m);
});

describe('the packed agent', () => {
  test('says its version', async () => {
    expect(await install.run(install.program, '--version')).toBe(`${version}\n`);
  });

  test('checks a configuration with its own sinks, by name and by package', async () => {
    install.put(
      'config.yaml',
      `state: { directory: ./state }
sinks:
  librato: { token: "0123456789", options: { email: ops@example.com } }
  logentries: { token: "00000000-0000-0000-0000-000000000000" }
  printed: { type: "@tallyman/sink-stdout" }
`,
    );

    const explained = await install.run(install.program, 'check', '--config', 'config.yaml');

    expect(explained).toMatch(/librato[\s\S]*logentries[\s\S]*printed/);
  });

  test('shows its own world where there is no engine, and accounts for it', async () => {
    await using agent = await AgentProcess.start({
      program: install.program,
      args: ['demo'],
      env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    });

    await agent.until(() => agent.logs.length > 0 && agent.stats.length > 0, 'logs and stats come');
    const { exitCode, account } = await agent.stop();

    expect(exitCode).toBe(0);
    expect(account).toEqual({ stdout: delivered(agent.records.length) });
  });

  test('delivers to a sink compiled against the packed SDK, and to the one of its README', async () => {
    await using receiver = await HttpReceiver.start();
    await using engine = new EmbeddedEngine();
    await engine.start();
    const web = engine.container({ name: 'web' }).start();
    await compile({ module: 'nodenext', outDir: 'sinks/acme/dist' });
    const { url } = receiver.address;
    await using agent = await AgentProcess.start({
      program: install.program,
      socketPath: engine.socketPath,
      flags: ['--sinks-dir', join(install.folder, 'sinks')],
      config: {
        sinks: {
          acme: { token: 'let-me-in', options: { url: `${url}/acme` } },
          webhook: { match: { kinds: ['logs'] }, options: { url: `${url}/webhook` } },
        },
      },
    });
    await agent.ready();

    web.print('stdout', 'packed\n');
    const requests = (path: string) => receiver.ledger().filter((request) => request.path === path);
    const records = (path: string) =>
      requests(path).flatMap(({ body }) => jsonIn(body).filter(isRecord));
    const hasLine = (path: string) => records(path).some(({ kind }) => kind === 'log');
    await agent.until(() => hasLine('/acme') && hasLine('/webhook'), 'both receive the line');
    const { exitCode, account } = await agent.stop();

    expect(exitCode).toBe(0);
    expect(account).toEqual({
      acme: delivered(records('/acme').length),
      webhook: delivered(records('/webhook').length),
    });
    expect(requests('/acme').at(0)?.headers.authorization).toBe('Bearer let-me-in');
  });
});

test('the packed pipeline runs as its README shows', async () => {
  await using engine = new EmbeddedEngine();
  await engine.start();
  const web = engine.container({ name: 'web' }).start();
  await using printing = await AgentProcess.start({
    program: join(install.folder, 'print.mjs'),
    args: [engine.socketPath],
  });
  await printing.until(() => printing.stats.length > 0, 'it has connected');

  web.print('stdout', 'packed\n');
  await printing.until(() => printing.logs.length > 0, 'it prints the line');
  const { exitCode } = await printing.stop('SIGINT');

  expect(exitCode).toBe(0);
  expect(printing.logs.map(({ message }) => message)).toEqual(['packed']);
});

const acmeManifest = JSON.stringify({
  name: 'acme',
  type: 'module',
  tallyman: { sinks: { acme: './dist/index.js' } },
  peerDependencies: { '@tallyman/sdk': `^${version}` },
});

function delivered(records: number) {
  return { offered: records, delivered: records, dropped: {}, held: 0 };
}

/** Compiles the sink with everything checked, the declarations of the packages too. Resolves to what the compiler says. */
function compile(how: Readonly<Record<string, unknown>>): Promise<string> {
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
  const compilerOptions = {
    target: 'es2024',
    rootDir: 'sinks/acme/src',
    types: ['node'],
    ...strict,
    ...how,
  };
  install.put('tsconfig.json', JSON.stringify({ compilerOptions, include: ['sinks/acme/src'] }));
  return install.run(process.execPath, compiler);
}

/** The JavaScript of a document, by its place there. */
function blockOf(document: string, index: number): string {
  const text = readFileSync(join(repository, document), 'utf8');
  return [...text.matchAll(/^```js\n(.*?)^```$/gms)].at(index)?.at(1) ?? '';
}
