import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { budgets, verdictOf } from '../../src/budgets.ts';
import { benchmarksPage } from '../../src/docs/page.ts';
import { writePage } from '../../src/docs/write-page.ts';
import { type Result, resultsFrom } from '../../src/result.ts';

const result: Result = {
  name: 'logs',
  about: 'a log to a destination',
  date: '2026-01-02T03:04:05.000Z',
  command: 'pnpm bench logs',
  machine: {
    cores: 2,
    cpu: 'AMD EPYC',
    memoryGiB: 24,
    kernel: '6.1',
    engine: '20.10.24 (API 1.41)',
    cgroup: 'v1',
    node: 'v24.0.0',
    inotifyInstances: 128,
  },
  tables: [
    {
      title: 'History',
      rows: [
        ['', 'wall s'],
        ['curl', '5.1'],
      ],
    },
  ],
  verdicts: [verdictOf(budgets.wall, 1.02)],
  notes: ['curl: 7.88.1'],
  runs: [],
  failures: [],
};
const charted: Result = {
  ...result,
  name: 'growth',
  charts: [
    {
      title: 'Lines',
      xLabel: 'lines/s',
      yLabel: 'CPU %',
      points: [{ x: 1, y: 1 }],
      fit: { intercept: 0, slope: 1 },
    },
  ],
};

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-page-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: unknown): Promise<string> {
  await writeFile(join(folder, name), JSON.stringify(content));
  return join(folder, name);
}

describe('the page of figures', () => {
  test('says where, when and how each figure was measured', () => {
    const page = benchmarksPage([result]);

    for (const fact of ['2 cores, AMD EPYC', '6.1', '20.10.24 (API 1.41), cgroup v1', 'v24.0.0'])
      expect(page).toContain(fact);
    expect(page).toContain('2026-01-02, `pnpm bench logs`');
    expect(page).toContain('| curl | 5.1    |');
    expect(page).toContain('- curl: 7.88.1');
  });

  test('has all verdicts in one table', () => {
    const page = benchmarksPage([result, { ...result, name: 'other' }]);

    expect(page.match(/\| stretch met \|/g)).toHaveLength(2);
    expect(page.match(/^## Budgets$/gm)).toHaveLength(1);
  });

  test('does not hide a failure', () => {
    const page = benchmarksPage([{ ...result, failures: ['tallyman: 9 of 10 lines arrived'] }]);

    expect(page).toContain('Failed:\n\n- tallyman: 9 of 10 lines arrived');
  });

  test('comes with its plot, which is written beside it', async () => {
    await writePage([result, charted], folder);

    expect((await readdir(folder)).toSorted()).toEqual(['benchmarks.md', 'growth.svg']);
    expect(await readFile(join(folder, 'benchmarks.md'), 'utf8')).toContain('![Lines](growth.svg)');
  });
});

describe('results', () => {
  test('are read from what --json has written; of a benchmark in several files, the last', async () => {
    const first = await file('a.json', { tallymanBench: 1, results: [result, charted] });
    const again = { ...result, command: 'pnpm bench logs --rounds 5' };
    const second = await file('b.json', { tallymanBench: 1, results: [again] });

    const results = await resultsFrom([first, second]);

    expect(results.map(({ name, command }) => [name, command])).toEqual([
      ['logs', 'pnpm bench logs --rounds 5'],
      ['growth', 'pnpm bench logs'],
    ]);
  });

  test('of different machines are not put together', async () => {
    const machine = { ...result.machine, cores: 64 };
    const results = [result, { ...charted, machine }];
    const path = await file('a.json', { tallymanBench: 1, results });

    await expect(resultsFrom([path])).rejects.toThrow('different machines');
  });

  test('are refused where a benchmark did not write them', async () => {
    const path = await file('a.json', { results: [] });

    await expect(resultsFrom([path])).rejects.toThrow(`reading results from ${path}`);
  });
});
