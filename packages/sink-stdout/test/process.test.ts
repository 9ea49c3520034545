import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('./programs/print.ts', import.meta.url));
const print = `"${process.execPath}" --no-warnings "${program}"`;
// A reader that reads nothing until it is told to, by a line on descriptor 4.
const stalledReader = '{ read go <&4; exec cat; }';
const lines = 4_000;
const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;
const testOnTerminal = spawnSync('script', ['--version']).status === 0 ? test : test.skip;

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A shell whose descriptor 3 brings the program's reports and whose descriptor 4 lets the reader go on. */
function shell(command: string) {
  const child = spawn('sh', ['-c', command], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe'],
  });
  started.push(child);
  const reports = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
  const goAhead = child.stdio[4] as Writable;
  return {
    printed: child.stdout as Readable,
    report: async (): Promise<unknown> => JSON.parse(String((await reports.next()).value)),
    letRead: () => goAhead.end('go\n'),
    exited: new Promise((resolve) => child.once('close', resolve)),
  };
}

function expectWholeLines(printed: string): void {
  const messages = printed
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => JSON.parse(line).message);
  expect(messages).toEqual(
    Array.from({ length: lines }, (_, index) => `${index} `.padEnd(200, '.')),
  );
}

describeOnLinux('a pipe whose reader stalls', () => {
  test('holds up the write and nothing else', async () => {
    const { report, letRead, printed } = shell(`${print} turns 4<&- | ${stalledReader} 3<&-`);

    const stalled = await report();
    letRead();
    const all = await text(printed);

    expect(stalled).toEqual({ settled: false, sharedIsNonBlocking: false });
    expect(await report()).toEqual({ settled: true });
    expectWholeLines(all);
  });

  test('does not keep the process from exiting', async () => {
    const { report, letRead, printed, exited } = shell(
      `{ ${print} exit 4<&-; echo "{\\"status\\":$?}" >&3; } | ${stalledReader} 3<&-`,
    );

    const reports = [await report(), await report()];
    letRead();
    await text(printed);
    await exited;

    expect(reports).toEqual([{ settled: false, sharedIsNonBlocking: false }, { status: 0 }]);
  });
});

describeOnLinux('other kinds of standard output', () => {
  test('a socket whose reader stalls holds up the write and nothing else', async () => {
    // What Node calls a pipe to a child is a pair of sockets.
    const { report, printed } = shell(`exec ${print} turns 4<&-`);

    const stalled = await report();
    const all = await text(printed);

    expect(stalled).toMatchObject({ settled: false });
    expectWholeLines(all);
  });

  testOnTerminal('a terminal whose reader stalls holds up the write and nothing else', async () => {
    const inTerminal = `${print} turns json 4<&-`.replaceAll('"', '\\"');
    const { report, letRead, printed } = shell(
      `script -qec "${inTerminal}" /dev/null 4<&- | ${stalledReader} 3<&-`,
    );

    const stalled = await report();
    letRead();
    const all = await text(printed);

    expect(stalled).toEqual({ settled: false, sharedIsNonBlocking: false });
    expectWholeLines(all);
  });

  test('a file that is appended to keeps what it holds', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tallyman-stdout-'));
    const file = join(directory, 'out.log');
    writeFileSync(file, 'before\n');

    const { exited } = shell(`${print} turns >> "${file}"; echo after >> "${file}"`);
    await exited;

    const content = readFileSync(file, 'utf8');
    rmSync(directory, { recursive: true });
    expect(content.startsWith('before\n')).toBe(true);
    expect(content.endsWith('\nafter\n')).toBe(true);
    expectWholeLines(content.slice('before\n'.length, -'after\n'.length));
  });
});

describe('a reader that goes away', () => {
  test('fails the write with an error by which the agent knows it', async () => {
    const { report, exited } = shell(`${print} until-gone 4<&- | head -n 1 3<&-`);

    const reported = await report();
    await exited;

    expect(reported).toEqual({
      readerGone: true,
      message: `SinkError: printing ${lines} records to standard output: nobody reads it any more`,
    });
  });
});
