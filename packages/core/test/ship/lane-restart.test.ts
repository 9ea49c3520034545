import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ContainerRecord, retryable, type Sink } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import { Lane } from '../../src/ship/lane.ts';
import { openSpool } from '../../src/ship/spool/disk-spool.ts';
import { SpoolSpace } from '../../src/ship/spool/spool-space.ts';
import { MarkedPositions } from '../../src/state/marked-positions.ts';
import { until, untilOn } from '../until.ts';
import { logInto, type Said, settingsFor } from './lane-under-test.ts';
import { linesOf, placeOf, record } from './records.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lane-restart-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

const positions = new MarkedPositions('2025-01-01T00:00:00.000000000Z');

async function laneOn(sink: Sink) {
  const clock = new VirtualClock();
  const said: Said[] = [];
  const log = logInto(said);
  const space = new SpoolSpace({ directory, maxBytes: 2 ** 20, clock });
  const segments = { maxBytes: 2 ** 20, segmentBytes: 64 * 1024 };
  const spool = await openSpool({ directory, ...segments, space, clock, log });
  const manners = { batch: { maxRecords: 20 }, queue: { memoryBytes: 64 * 1024 } };
  const settings = settingsFor(sink, { ...manners, kinds: ['log', 'event'] });
  const lane = new Lane(settings, { clock, log, random: () => 0.5, state: { positions, spool } });
  lane.start();
  return { lane, clock, spool, said };
}

test('keeps on real files what a sink does not take, and delivers it in the next run, unchanged and in order', async () => {
  const down: Sink = {
    write: async () => {
      throw retryable('posting: HTTP 503');
    },
  };
  const before = await laneOn(down);
  const offered: ContainerRecord[] = [];
  for (let number = 0; number < 400; number += 10) {
    const chunk = linesOf('a', number, number + 9);
    await untilOn(before.clock, () => before.lane.offerLog(chunk, 'live'));
    const event = record(String(number));
    before.lane.offer([event]);
    offered.push(...chunk.records, event);
  }
  expect(before.lane.vitals().onDiskOnlyRecords).toBeGreaterThan(200);
  await before.lane.stop({ deadline: AbortSignal.abort() });
  await before.spool.close();
  expect(before.lane.account()).toMatchObject({ offered: 440, dropped: {}, held: 440 });
  expect(before.lane.vitals().storedRecords).toBe(440);
  expect(placeOf(positions.get('a'))).toBe(399);

  const arrived: ContainerRecord[] = [];
  const up: Sink = {
    write: async ({ records }) => {
      arrived.push(...records);
    },
  };
  const after = await laneOn(up);
  await until(() => after.lane.account().held === 0);
  await after.lane.stop({ deadline: AbortSignal.abort() });
  await after.spool.close();

  const isLog = ({ kind }: ContainerRecord) => kind === 'log';
  const json = (records: readonly ContainerRecord[]) => records.map((each) => JSON.stringify(each));
  expect(json(arrived.filter(isLog))).toEqual(json(offered.filter(isLog)));
  const events = (records: readonly ContainerRecord[]) =>
    json(records.filter((each) => !isLog(each)));
  expect(events(arrived)).toEqual(events(offered));
  expect(after.lane.account()).toEqual({ offered: 440, delivered: 440, dropped: {}, held: 0 });
  expect(after.said).toEqual([]);
  const again = await laneOn(up);
  expect(again.spool.recovered).toEqual([]);
  await again.spool.close();
  expect((await readdir(directory)).length).toBeLessThanOrEqual(2);
});
