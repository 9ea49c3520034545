import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { canStartEngines } from '@tallyman/testkit/docker';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
// A fixed one, so that a failure can be repeated.
const seed = '20';
const limitMs = 180_000;

// Skipped, and counted so, where this process may not start an engine of its own.
(canStartEngines() ? describe : describe.skip)('the short ledger test on a real engine', () => {
  test.each(['engine', 'file'])(
    'after half a minute of faults nothing is missing, wrong, out of order or repeated without a cause: --reader %s',
    async (reader) => {
      if (!existsSync(program))
        throw new Error(`starting the ledger test: ${program} is missing; build it first`);

      const child = spawn(
        process.execPath,
        [program, '--short', '--seed', seed, '--reader', reader],
        {
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      let said = '';
      for (const output of [child.stdout, child.stderr])
        output.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
      const [exitCode] = await once(child, 'close');

      expect(said).toMatch(/checks hold/);
      // With what it said, as that names the first lines that are missing.
      expect({ exitCode, said: exitCode === 0 ? '' : said }).toEqual({ exitCode: 0, said: '' });
    },
    limitMs,
  );
});
