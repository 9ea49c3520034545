import { cpSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EmbeddedEngine, HttpReceiver } from '@tallyman/testkit';
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
  cpSync(typedSink, join(install.folder, 'acme/src/index.ts'));
}, setupLimitMs);
afterAll(() => install[Symbol.dispose]());

const { version } = JSON.parse(
  readFileSync(join(repository, 'packages/agent/package.json'), 'utf8'),
);

test('the install has a size, which is printed', () => {
  const files = globSync('node_modules/**', { cwd: install.folder });
  const bytes = files.reduce((sum, file) => sum + statSync(join(install.folder, file)).size, 0);
  process.stderr.write(
    `installed: ${(bytes / 1024 / 1024).toFixed(1)} MiB, dependencies included\n`,
  );

  expect(bytes).toBeLessThan(60 * 1024 * 1024);
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
    ['nodenext', { module: 'nodenext', outDir: 'dist' }],
    ['bundler', { module: 'preserve', moduleResolution: 'bundler', noEmit: true }],
  ])(
    'types a sink in strict TypeScript, resolved as %s, with the types of browsers beside',
    async (_, how) => {
      const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
      const compilerOptions = {
        ...how,
        ...strict,
        target: 'es2024',
        rootDir: 'src',
        types: ['node'],
      };
      install.put('acme/tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }));

      await install.run(process.execPath, compiler, '--project', 'acme');
    },
  );
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

  test('delivers to a sink that was compiled against the packed SDK', async () => {
    await using receiver = await HttpReceiver.start();
    await using engine = new EmbeddedEngine();
    await engine.start();
    const web = engine.container({ name: 'web' }).start();
    install.put('acme/package.json', acmeManifest);
    await using agent = await AgentProcess.start({
      program: install.program,
      socketPath: engine.socketPath,
      flags: ['--sinks-dir', install.folder],
      config: {
        sinks: { acme: { token: 'let-me-in', options: { url: receiver.address.url } } },
      },
    });
    await agent.ready();

    web.print('stdout', 'packed\n');
    const received = () => receiver.ledger().flatMap(({ body }) => jsonIn(body).filter(isRecord));
    await agent.until(() => received().some(({ kind }) => kind === 'log'), 'the line is received');
    const { exitCode, account } = await agent.stop();

    expect(exitCode).toBe(0);
    expect(account).toEqual({ acme: delivered(received().length) });
    expect(receiver.ledger().at(0)?.headers.authorization).toBe('Bearer let-me-in');
  });
});

const acmeManifest = JSON.stringify({
  name: 'acme',
  type: 'module',
  tallyman: { sinks: { acme: './dist/index.js' } },
  peerDependencies: { '@tallyman/sdk': '^0.1.0' },
});

function delivered(records: number) {
  return { offered: records, delivered: records, dropped: {}, held: 0 };
}
