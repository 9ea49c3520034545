import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('./programs/log.ts', import.meta.url));
const log = `"${process.execPath}" --no-warnings "${program}"`;
const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

function shell(command: string) {
  return spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'] });
}

describeOnLinux('standard error', () => {
  test.each([
    ['a pipe', `${log} exit 2>&1 >/dev/null | cat`],
    ['a socket', `${log} exit 2>&1 >/dev/null`],
  ])('has the last line before an exit when it is %s', async (_what, command) => {
    const child = shell(command);

    const logged = await text(child.stdout as Readable);

    expect(JSON.parse(logged)).toMatchObject({ level: 'error', msg: 'The last line.' });
  });

  test('stops nobody when its reader stalls, bounds what it holds and says what it lost', async () => {
    const child = shell(`${log} flood 2>&1 >/dev/null 4<&- | { read go <&4; exec cat; } 3<&-`);

    const [turning] = await once(child.stdio[3] as Readable, 'data');
    (child.stdio[4] as Writable).end('go\n');
    const lines = (await text(child.stdout as Readable))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

    const indexes = lines.flatMap(({ index }) => (index === undefined ? [] : [index]));
    const loss = lines.find(({ msg }) => msg.includes('were lost'));
    expect(String(turning)).toBe('the event loop turns\n');
    expect(indexes).toEqual(indexes.map((_, position) => position));
    expect(loss).toMatchObject({ level: 'warn', lines: 5_000 - indexes.length });
    expect(lines.at(-1)).toMatchObject({ msg: 'The last line.' });
  });
});
