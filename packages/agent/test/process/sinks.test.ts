import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { Folder } from '../sinks/folder.ts';
import { type AgentOptions, AgentProcess } from '../support/agent-process.ts';
import { nobody, testAsNobody } from '../support/nobody.ts';
import { sinkFile } from './sink-file.ts';

/** Runs a command to its end; `FOLDER` stands for where it ran. */
async function ran(args: readonly string[], options: AgentOptions = {}) {
  await using agent = await AgentProcess.start({ args, ...options });
  const { exitCode } = await agent.ended();
  const here = (text: string) => text.replaceAll(agent.folder, 'FOLDER');
  return { exitCode, stdout: here(agent.stdout), stderr: here(agent.stderr) };
}

const trap = 'throw new Error("must not run");';

describe('tallyman sinks', () => {
  test('lists the built-in ones and those of a folder, without running them', async () => {
    const files = { 'mine.mjs': trap };

    const { exitCode, stdout, stderr } = await ran(['sinks', '--sinks-dir', '.'], { files });

    const rows = stdout.trimEnd().split('\n');
    const cells = rows.map((row) => row.split(/ {2,}/));
    expect(cells.at(0)).toEqual(['SINK', 'VERSION', 'STABILITY', 'KINDS', 'FROM']);
    expect(cells).toContainEqual([
      'librato',
      expect.stringMatching(/^\d/),
      'stable',
      'stats, events',
      'built in',
    ]);
    expect(cells.at(-1)).toEqual(['mine', '-', '-', '-', 'file FOLDER/mine.mjs']);
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  test('lists what can be used beside what cannot, says what to do, and ends with 1', async () => {
    const files = { 'mine.mjs': trap, 'stdout.mjs': trap, 'other.mts': '' };

    const { exitCode, stdout } = await ran(['sinks', '--sinks-dir', '.'], { files });

    const [listed = '', faults = ''] = stdout.split('\nCannot be used:\n');
    expect(listed).toMatch(/^mine .*FOLDER\/mine\.mjs$/m);
    expect(faults.trimEnd().split('\n')).toEqual([
      '  FOLDER/other.mts is TypeScript; compile it, as other.mjs',
      expect.stringMatching(/"stdout" is there twice, in the agent itself and in .*; remove one/),
    ]);
    expect(exitCode).toBe(1);
  });

  test('--json says the same for machines', async () => {
    const files = { 'mine.mjs': trap, 'other.mts': '' };

    const { exitCode, stdout } = await ran(['sinks', '--json', '--sinks-dir', '.'], { files });

    const { version, sinks } = JSON.parse(stdout);
    expect(version).toBe(1);
    expect(sinks).toContainEqual({ name: 'mine', origin: 'file', path: 'FOLDER/mine.mjs' });
    expect(sinks).toContainEqual({
      name: 'FOLDER/other.mts',
      origin: 'file',
      path: 'FOLDER/other.mts',
      fault: 'FOLDER/other.mts is TypeScript; compile it, as other.mjs',
    });
    expect(exitCode).toBe(1);
  });

  test('looks into each folder that it is given, and refuses one that is not there', async () => {
    const both = ['sinks', '--sinks-dir', '.', '--sinks-dir'];

    const found = await ran([...both, '.'], { files: { 'mine.mjs': trap } });
    const absent = await ran([...both, 'absent']);

    expect(found.stdout.match(/^mine /gm)).toHaveLength(1);
    expect(found.exitCode).toBe(0);
    expect(absent.stderr).toMatch(/^looking for sinks in FOLDER\/absent: there is no such folder;/);
    expect([absent.exitCode, absent.stdout]).toEqual([2, '']);
  });

  testAsNobody('says of a file and a folder that its user may not read them', async () => {
    using folder = new Folder();
    chmodSync(folder.path, 0o755);
    const file = folder.put('mine.mjs', '');
    chmodSync(file, 0o600);
    folder.put('closed/package.json', { tallyman: { sinks: { closed: './index.js' } } });
    chmodSync(join(folder.path, 'closed'), 0o700);

    const { exitCode, stdout } = await ran(['sinks', '--sinks-dir', folder.path], {
      userId: nobody,
    });

    expect(stdout).toContain(`"mine": ${file} may not be read by the agent; chmod a+r the file`);
    expect(stdout).toContain('closed may not be read by the agent; chmod a+rx the folder');
    expect(exitCode).toBe(1);
  });
});

describe('tallyman sinks NAME', () => {
  const files = {
    'mine.mjs': sinkFile('mine', '').replace('{}', '{ url: { type: "string", format: "uri" } }'),
    'thrower.mjs': trap,
  };
  const one = (...args: readonly string[]) =>
    ran(['sinks', ...args, '--sinks-dir', '.'], { files });

  test('shows the options of one, and imports no other', async () => {
    const { exitCode, stdout, stderr } = await one('mine');

    expect(stdout).toMatch(/^mine\n\nFor a test\.\n\n {2}from {7}FOLDER\/mine\.mjs\n/);
    expect(stdout).toMatch(/^ {2}url {2}URL$/m);
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  test('--json says the same for machines', async () => {
    const { exitCode, stdout } = await one('mine', '--json');

    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      sink: {
        name: 'mine',
        origin: 'file',
        path: 'FOLDER/mine.mjs',
        summary: 'For a test.',
        stability: 'beta',
        kinds: ['logs', 'stats', 'events'],
        token: 'none',
        options: { type: 'object', properties: { url: { type: 'string', format: 'uri' } } },
        example: 'sinks:\n  mine: {}\n',
      },
    });
    expect(exitCode).toBe(0);
  });

  test('says what was meant by a name that is not known, and ends with 2', async () => {
    const { exitCode, stdout, stderr } = await one('mien');

    expect(stderr).toBe('there is no sink of type "mien"; did you mean mine?\n');
    expect([exitCode, stdout]).toEqual([2, '']);
  });

  test('says why one cannot be used, and ends with 1', async () => {
    const { exitCode, stdout, stderr } = await one('thrower');

    expect(stderr).toMatch(
      /^importing the sink "thrower" from FOLDER\/thrower\.mjs: must not run \(.*:1:7\); correct it/,
    );
    expect([exitCode, stdout]).toEqual([1, '']);
  });
});

describe('a sink that cannot be used', () => {
  const files = {
    'thrower.mjs': trap,
    'nothing.mjs': '',
    'stdout.mjs': '',
    'schema.mjs': sinkFile('schema', '').replace('{}', '{ a: { type: "txt" } }'),
    'fine.mjs': sinkFile('fine', ''),
  };

  test.each(['run', 'check'])('stops %s with 2 at its place in the file', async (command) => {
    const config = `engine: { host: "unix://FOLDER/no.sock" }
sinks:
  a: { type: thrower }
  b:
    type: nothing
  stdout: {}
  c: { type: schema }
  d: { type: absent }
`;
    const args = [command, '--config', 'config.yaml', '--sinks-dir', '.'];

    const { exitCode, stderr } = await ran(args, { config, files });

    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(
        /^config\.yaml:3:14 {2}sinks\.a\.type: importing .*: must not run \(FOLDER\/thrower\.mjs:1:7\); correct it/,
      ),
      expect.stringMatching(
        /^config\.yaml:5:11 {2}sinks\.b\.type: .*has no default export; write:/,
      ),
      expect.stringMatching(/^config\.yaml:6:3 {2}sinks\.stdout: .*is there twice, .*; remove one/),
      expect.stringMatching(
        /^config\.yaml:7:14 {2}sinks\.c\.type: .*schema\.mjs: options\.properties\.a: type has to be/,
      ),
      expect.stringMatching(/^config\.yaml:8:14 {2}sinks\.d\.type: there is no sink .*; known: /),
    ]);
    expect(exitCode).toBe(2);
  });

  test('does not keep an agent from starting that does not use it', async () => {
    await using engine = await new EmbeddedEngine().start();
    await using agent = await AgentProcess.start({
      socketPath: engine.socketPath,
      config: { sinks: { fine: {} } },
      files: { ...files, 'package.json': '{', 'odd.mts': '' },
      flags: ['--sinks-dir', '.'],
    });

    await agent.ready();
    const { exitCode, account } = await agent.stop();

    expect(Object.keys(account ?? {})).toEqual(['fine']);
    expect(exitCode).toBe(0);
  });
});
