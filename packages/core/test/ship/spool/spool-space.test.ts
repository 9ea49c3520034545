import { expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { SpoolSpace } from '../../../src/ship/spool/spool-space.ts';
import { FaultyDisk } from './faulty-disk.ts';

async function spaceOf(maxBytes: number, capacityBytes: number) {
  const disk = new FaultyDisk();
  disk.capacityBytes = capacityBytes;
  const clock = new VirtualClock();
  const space = new SpoolSpace({ directory: '/state', maxBytes, clock, disk: disk.port() });
  await space.look();
  const looks = () => disk.calls.filter((call) => call === 'space').length;
  return { disk, clock, space, looks };
}

test('leaves a tenth of the file system free, whatever the bound', async () => {
  const { space } = await spaceOf(1_000_000, 10_000);

  expect(space.freeBytes).toBe(9_000);
});

test('keeps to the bound over all spools, whatever is free', async () => {
  const { space } = await spaceOf(1_000, 1_000_000);
  space.count(300);
  space.promise(200);

  expect([space.freeBytes, space.usedBytes]).toEqual([500, 500]);
});

test('keeps to another bound from then on', async () => {
  const { space } = await spaceOf(1_000, 1_000_000);
  space.count(300);

  space.bound(2_000);
  const wider = space.freeBytes;
  space.bound(100);

  expect([wider, space.freeBytes]).toEqual([1_700, 0]);
  expect(space.shortage).toContain('may use 100 bytes');
});

test('counts what was promised and written since it asked the file system', async () => {
  const { space } = await spaceOf(1_000_000, 10_000);
  space.promise(3_000);
  const promised = space.freeBytes;
  space.wrote(2_000);
  const written = space.freeBytes;
  space.takeBack(1_000);
  const refused = space.freeBytes;
  space.removed(2_000);

  expect([promised, written, refused, space.freeBytes]).toEqual([6_000, 6_000, 7_000, 9_000]);
});

test('asks the file system at most once a second, when somebody wants to know', async () => {
  const { disk, clock, space, looks } = await spaceOf(1_000_000, 10_000);
  for (let asked = 0; asked < 5; asked++) expect(space.freeBytes).toBe(9_000);
  await clock.advance(5_000);
  const quiet = looks();

  disk.put('/elsewhere', Buffer.alloc(4_000));
  const before = space.freeBytes;
  await disk.idle();

  expect([quiet, before, space.freeBytes, looks()]).toEqual([1, 9_000, 5_000, 2]);
});

test('says what is missing, and what to do about it', async () => {
  const byBound = await spaceOf(1_000, 1_000_000);
  const byDisk = await spaceOf(1_000_000, 1_000);

  expect(byBound.space.shortage).toContain('state.max_size');
  expect(byDisk.space.shortage).toContain('file system');
});

test('goes by the bound alone where the file system does not tell', async () => {
  const disk = new FaultyDisk();
  disk.fail('space', 'EIO');
  const clock = new VirtualClock();
  const space = new SpoolSpace({ directory: '/state', maxBytes: 700, clock, disk: disk.port() });

  await space.look();

  expect(space.freeBytes).toBe(700);
});
