import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { describeEngine, textAt, valueAt } from '@tallyman/testkit/docker';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const lines = '5000';
const limitMs = 120_000;

describeEngine('the benchmark of logs, with few lines', (client) => {
  test(
    'moves all lines by curl and by the agent, and gives each its figures',
    async () => {
      if (!existsSync(program))
        throw new Error(`starting the benchmarks: ${program} is missing; build it first`);
      const args = ['logs', '--lines', lines, '--rounds', '1', '--peers', 'curl', '--json'];
      const env = { ...process.env, DOCKER_HOST: `unix://${client().socketPath}` };

      // Its exit code says whether a bound was kept, which depends on the machine.
      const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
        env,
      }).catch((failed: { stdout: string; stderr: string }) => failed);

      const [result] = Object(valueAt(JSON.parse(stdout), 'results'));
      expect(textAt(result, 'name')).toBe('logs');
      const arrived = Object(valueAt(result, 'runs')).map((each: object) => [
        textAt(each, 'name'),
        valueAt(Object(valueAt(each, 'samples'))[0], 'arrived'),
      ]);
      expect(arrived).toEqual([
        ['curl', Number(lines)],
        ['tallyman, reader: engine', Number(lines)],
        ['tallyman, reader: file', Number(lines)],
      ]);
    },
    limitMs,
  );
});
