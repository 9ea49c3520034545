import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { clauses, describeSink, type SuiteRunner } from '@tallyman/testkit/conformance';
import { harness, sinkWith } from './right-sink.ts';

interface Registered {
  readonly name: string;
  readonly run: () => Promise<void>;
  readonly limitMs: number | undefined;
}

/** A runner that keeps what is registered. */
function recordingRunner() {
  const suites: string[] = [];
  const tests: Registered[] = [];
  const skipped: Registered[] = [];
  const keep = (list: Registered[]) => (name: string, run: () => Promise<void>, limitMs?: number) =>
    void list.push({ name, run, limitMs });
  const runner: SuiteRunner = {
    describe: (name, suite) => {
      suites.push(name);
      suite();
    },
    test: Object.assign(keep(tests), { skip: keep(skipped) }),
  };
  return { runner, suites, tests, skipped };
}

describe('describeSink', () => {
  test('registers a test for each clause, named by its number and sentence', () => {
    const { runner, suites, tests } = recordingRunner();

    describeSink(sinkWith(), harness, runner);

    expect(suites).toEqual(['sink lines keeps the contract']);
    expect(tests.map(({ name }) => name)).toEqual(
      Object.entries(clauses).map(([clause, { sentence }]) => `${clause} ${sentence}`),
    );
  });

  test('registers functions without parameters: some runners wait for a callback otherwise', () => {
    const { runner, tests } = recordingRunner();

    describeSink(sinkWith(), harness, runner);

    expect(new Set(tests.map(({ run }) => run.length))).toEqual(new Set([0]));
  });

  test('skips what the harness declares not to be applicable, and says why', () => {
    const { runner, skipped } = recordingRunner();

    describeSink(sinkWith(), { ...harness, notApplicable: { '5.9': 'it takes all' } }, runner);

    expect(skipped.map(({ name }) => name)).toEqual([
      '5.9 A partial refusal names the right records. (not applicable: it takes all)',
    ]);
  });

  test('fails with clause, expectation, what was seen, what to do, and where it is written', async () => {
    const { runner, tests } = recordingRunner();
    describeSink(sinkWith({ definition: { summary: '' } }), harness, runner);

    const failing = tests.find(({ name }) => name.startsWith('1.4 '))?.run();

    await expect(failing).rejects.toThrow(
      [
        'FAILED          1.4 `summary` is one sentence, and `stability` is `stable`, `beta` or `experimental`.',
        '  expected:   a sentence, and a word for how stable it is',
        '  seen:       summary: ""',
        '  what to do: write one line that ends with a full stop; it stands in lists and on the reference page',
        '  clause:     @tallyman/testkit/contract.md, section 1',
      ].join('\n'),
    );
  });
});

test('runs under node:test, from the built package', async () => {
  const file = join(import.meta.dirname, 'programs/node-test.mjs');

  const { code, output } = await nodeTest(file);

  expect(output).toMatch(/# pass 38\n/);
  expect(output).toMatch(/# skipped 4\n/);
  expect(code).toBe(0);
});

function nodeTest(file: string): Promise<{ code: number; output: string }> {
  // A child of Jest would take itself for a test file of the outer run.
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--test', '--test-reporter=tap', file],
      { env },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, output: stdout + stderr });
      },
    );
  });
}
