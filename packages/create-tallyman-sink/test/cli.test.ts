import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hasTerminal, TerminalWindow } from '../../agent/test/support/terminal-window.ts';

const program = fileURLToPath(new URL('../bin/create-tallyman-sink.js', import.meta.url));
const made = 'tallyman-sink-kafka';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallyman-create-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the built program without a terminal. */
function create(...args: readonly string[]) {
  const options = { cwd: folder, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], options);
  return { status, stdout, stderr };
}

describe('create-tallyman-sink', () => {
  test('writes a package, and says what comes next', () => {
    const { status, stdout, stderr } = create('kafka', '--yes');

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`Wrote ${made} to ${made}:`);
    expect(stdout).toContain(`  cd ${made}\n  npm install\n  npm test\n`);
    const written = readdirSync(join(folder, made), { recursive: true });
    expect(written).toEqual(
      expect.arrayContaining(['.gitignore', 'README.md', 'package.json', 'src/index.js']),
    );
  });

  test('takes all choices as flags', () => {
    const flags =
      '--name @acme/tallyman-sink-kafka --directory a/b --kinds logs --token none --destination tcp --typescript';

    const { status } = create(...flags.split(' '));

    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'a/b/package.json'), 'utf8')).toContain(
      '"name": "@acme/tallyman-sink-kafka"',
    );
    const source = readFileSync(join(folder, 'a/b/src/index.ts'), 'utf8');
    expect(source).toContain("const kinds = ['log'] as const;");
    expect(source).toContain("token: 'none'");
    expect(source).toContain("import { tcpClient } from './tcp.ts';");
  });

  test.each([
    [['kafka', '--token', 'maybe'], /Allowed choices are required, optional, none/],
    [['kafka', '--tokn', 'none'], /unknown option '--tokn'\n\(Did you mean --token\?\)/],
    [['kafka', '--kinds', 'traces'], /kinds cannot be "traces"; write logs, stats, events/],
    [['stdout'], /a sink of that name comes with the agent; choose another, such as my-stdout/],
    [['kafka', '--name', 'redis'], /is called "kafka" and --name "redis"; leave one out/],
    [['kafka', 'redis'], /too many arguments/],
    [[], /the name is missing; write it behind the command/],
  ])('refuses %j with exit code 2, and writes nothing', (args, message) => {
    const { status, stderr } = create(...args);

    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('leaves a folder that is in use as it is', () => {
    mkdirSync(join(folder, made));
    writeFileSync(join(folder, made, 'notes.txt'), 'mine');

    const { status, stderr } = create('kafka');

    expect(status).toBe(2);
    expect(stderr).toBe(
      `create-tallyman-sink: the folder ${made} is not empty: it has notes.txt; name another with --directory\n`,
    );
    expect(readdirSync(join(folder, made))).toEqual(['notes.txt']);
  });

  test('takes a folder that has nothing but a repository in it', () => {
    mkdirSync(join(folder, '.git'));

    const { status, stdout } = create('kafka', '--directory', '.');

    expect(status).toBe(0);
    expect(stdout).not.toContain('  cd ');
    expect(existsSync(join(folder, 'package.json'))).toBe(true);
  });

  test('says so where a file is in the place of the folder', () => {
    writeFileSync(join(folder, made), '');

    const { status, stderr } = create('kafka');

    expect(status).toBe(2);
    expect(stderr).toBe(
      `create-tallyman-sink: ${made} is not a folder; name another with --directory\n`,
    );
  });

  test('has a help, and a version', () => {
    expect(create('--help')).toMatchObject({ status: 0, stderr: '' });
    expect(create('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

(hasTerminal ? describe : describe.skip)('create-tallyman-sink on a terminal', () => {
  const size = { columns: 120, rows: 30 };

  test('asks for what is not said, and writes by the answers', async () => {
    using window = new TerminalWindow(size);

    window.run(['--directory', join(folder, made), '--token', 'none'], program);
    await window.showing(/^What is the sink called\?/);
    window.keys('kafka', 'Enter');
    await window.showing(/^What does it take\? .* \[logs,stats,events\]/);
    window.keys('logs', 'Enter');
    await window.showing(/^How does it reach its destination\? .* \[http\]/);
    window.keys('Enter');
    await window.showing(/^In which language\? .* \[javascript\]/);
    window.keys('Enter');
    await window.showing(/^ended with 0$/);

    const source = readFileSync(join(folder, made, 'src/index.js'), 'utf8');
    expect(source).toContain("(['log'])");
    expect(source).toContain("token: 'none'");
  });

  test('writes nothing where it is broken off', async () => {
    using window = new TerminalWindow(size);

    window.run(['kafka', '--directory', join(folder, made)], program);
    await window.showing(/^What does it take\?/);
    window.keys('C-c');
    const rows = await window.showing(/^ended with 130$/);

    expect(rows).toContain('create-tallyman-sink: broken off, nothing was written');
    expect(readdirSync(folder)).toEqual([]);
  });
});
