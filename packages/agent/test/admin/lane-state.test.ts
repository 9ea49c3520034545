import { expect, test } from '@jest/globals';
import type { LaneReport } from '@tallyman/core';
import { laneState } from '../../src/admin/lane-state.ts';

const report: LaneReport = {
  status: 'retrying',
  sinceMs: 0,
  attempts: 4,
  failures: 2,
  abandoned: 0,
  durationMs: 1_500,
  heldBytes: 10,
  inFlightBytes: 5,
  heldRecords: 3,
  storedRecords: 2,
  onDiskOnlyRecords: 1,
  oldestHeldMs: 2_500,
  consecutiveFailures: 2,
  lag: { containers: 0, records: 0, bytes: 0, doneBytes: 0, seconds: 0 },
};
const account = { offered: 3, delivered: 0, dropped: {}, held: 3 };
const facts = { sink: 'metrics', type: 'librato', account, counts: {}, secrets: [] };

test('is in the units that are documented', () => {
  expect(laneState({ ...facts, report: { ...report, failingSinceMs: 60_000 } })).toEqual({
    sink: 'metrics',
    type: 'librato',
    status: 'retrying',
    since: '1970-01-01T00:00:00.000Z',
    failingSince: '1970-01-01T00:01:00.000Z',
    account,
    queue: {
      memoryBytes: 10,
      inFlightBytes: 5,
      storedRecords: 2,
      onDiskOnlyRecords: 1,
      oldestSeconds: 2.5,
    },
    attempts: { total: 4, failed: 2, consecutiveFailures: 2, seconds: 1.5 },
    lag: { containers: 0, records: 0, bytes: 0, seconds: 0 },
    counts: {},
  });
});

test('tells how far catching up is, where others have read further', () => {
  const behind = { containers: 1, records: 7, bytes: 600, doneBytes: 400, seconds: 3 };

  const { lag, progress } = laneState({ ...facts, report: { ...report, lag: behind } });

  expect(lag).toEqual({ containers: 1, records: 7, bytes: 600, seconds: 3 });
  expect(progress).toEqual({ doneBytes: 400, totalBytes: 1_000 });
});

test('has nothing of a secret in an error, also where one is the beginning of another', () => {
  const error = 'posting to https://a:tok-1@h/?token=tok-1-long: no';

  const state = laneState({
    ...facts,
    report: { ...report, error },
    secrets: ['tok-1', 'tok-1-long', ''],
  });

  expect(state.error).toBe('posting to https://a:[secret]@h/?token=[secret]: no');
});
