import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

interface TestResult {
  readonly fullName: string;
  readonly status: 'passed' | 'failed' | 'pending';
}

const script = join(import.meta.dirname, '../../../../.ci/tally.js');
const engineFile = 'packages/core/test/engine/reader.test.ts';
const [passed, failed, skipped]: readonly TestResult[][] = [
  Array.from({ length: 500 }, () => ({ fullName: 'reads', status: 'passed' })),
  [{ fullName: 'breaks', status: 'failed' }],
  [{ fullName: 'waits', status: 'pending' }],
];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tally-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('passes when every step and every test did', () => {
  const report = reportWith({ [engineFile]: passed });

  expect(tally('lint=0', `tests=0:${report}`)).toEqual({ last: '500 passed, 0 failed', exit: 0 });
});

test('counts a failed test once, not also the exit code of its step', () => {
  const report = reportWith({ [engineFile]: passed, 'packages/sdk/test/a.test.ts': failed });

  expect(tally(`tests=1:${report}`)).toEqual({ last: '500 passed, 1 failed', exit: 1 });
});

test('fails when a test for the engine was skipped, and lets other skipped tests be', () => {
  const elsewhere = reportWith({ [engineFile]: passed, 'packages/sdk/test/a.test.ts': skipped });
  expect(tally(`tests=0:${elsewhere}`)).toEqual({
    last: '500 passed, 0 failed, 1 skipped',
    exit: 0,
  });

  const engine = reportWith({ [engineFile]: [...(passed ?? []), ...(skipped ?? [])] });
  expect(tally(`tests=0:${engine}`)).toEqual({ last: '500 passed, 1 failed, 1 skipped', exit: 1 });
});

test('fails when too few tests ran on the engine', () => {
  const report = reportWith({ 'packages/sdk/test/a.test.ts': passed });

  expect(tally(`tests=0:${report}`)).toEqual({ last: '500 passed, 1 failed', exit: 1 });
});

test('fails when a step failed or left no report', () => {
  const report = reportWith({ [engineFile]: passed });

  const { last, exit } = tally('lint=3', `tests=0:${report}`, `more=1:${folder}/none.json`);

  expect(last).toBe('500 passed, 3 failed');
  expect(exit).toBe(1);
});

test('counts a file that did not run', () => {
  const report = reportWith({ [engineFile]: passed, 'packages/sdk/test/a.test.ts': undefined });

  expect(tally(`tests=1:${report}`)).toEqual({ last: '500 passed, 1 failed', exit: 1 });
});

function reportWith(files: Readonly<Record<string, readonly TestResult[] | undefined>>): string {
  const testResults = Object.entries(files).map(([name, assertionResults]) => ({
    name: join(process.cwd(), name),
    status: assertionResults?.every(({ status }) => status !== 'failed') ? 'passed' : 'failed',
    assertionResults: assertionResults ?? [],
  }));
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

function tally(...steps: readonly string[]): { last: string; exit: number | undefined } {
  const { stdout, status } = spawnSync(process.execPath, [script, ...steps], { encoding: 'utf8' });
  return { last: stdout.trimEnd().split('\n').at(-1) ?? '', exit: status ?? undefined };
}
