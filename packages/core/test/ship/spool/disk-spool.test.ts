import { describe, expect, test } from '@jest/globals';
import { encodeFrame } from '../../../src/ship/spool/record-codec.ts';
import {
  type Spool,
  type SpoolEntry,
  SpoolError,
  type SpoolFrame,
} from '../../../src/ship/spool/spool.ts';
import type { Call } from './faulty-disk.ts';
import { logFrame, otherFrame, seen } from './frames.ts';
import { bench, directory } from './spool-under-test.ts';

const segment = (number: number) => `${directory}/0000000${number}.segment`;

function appendAll(spool: Spool, frames: readonly SpoolFrame[]) {
  return Promise.all(frames.map((frame) => spool.append(frame)));
}

/** What was refused, in one word. */
async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return error instanceof SpoolError ? error.kind : String(error);
  }
}

describe('storing', () => {
  test('gives batches back as they were, also to the next run, oldest first', async () => {
    const { open } = bench();
    const frames = [logFrame(2), otherFrame(1), logFrame(3, 1, 0)];
    const first = await open();
    const entries = await appendAll(first, frames);
    const read = await Promise.all(entries.map((entry) => first.read(entry)));
    await first.close();

    const second = await open();

    expect(read.map(seen)).toEqual(frames.map(seen));
    expect(second.recovered.map(({ place }) => place)).toEqual([1, 2, 3]);
    expect(second.recovered[1]).toEqual(entries[0]);
    expect(second.isIntact).toBe(true);
  });

  test('no batch is stored before it is synced, and the file that is new with it', async () => {
    for (const call of ['datasync', 'syncDirectory'] as const) {
      const { disk, open } = bench();
      const spool = await open();
      let isStored = false;
      const letGo = disk.hold(call);
      const stored = spool.append(logFrame(1)).then(() => {
        isStored = true;
      });

      await disk.idle();
      expect(isStored).toBe(false);
      letGo();
      await stored;

      expect(isStored).toBe(true);
    }
  });

  test('what is appended while a sync runs is stored with the next, together', async () => {
    const { disk, open } = bench();
    const spool = await open();
    const letGo = disk.hold('datasync');
    const first = spool.append(logFrame(1));
    await disk.idle();
    const others = [2, 3, 4, 5].map((place) => spool.append(logFrame(place)));
    await disk.idle();

    letGo();
    await Promise.all([first, ...others]);

    expect(disk.calls.filter((call) => call === 'datasync')).toHaveLength(2);
    expect(disk.calls.filter((call) => call === 'write')).toHaveLength(2);
  });

  test('begins another file when one is full, and gives a batch that is larger than a file one of its own', async () => {
    const { disk, open } = bench({ segmentBytes: 1_500 });
    const spool = await open();

    await appendAll(spool, [logFrame(1), logFrame(2), logFrame(3, 2, 2_000), logFrame(4)]);

    const sizes = [...disk.files().values()].map(({ length }) => length);
    expect([...disk.files().keys()]).toEqual([1, 2, 3].map(segment));
    expect([sizes[0], sizes[2]].every((size) => Number(size) <= 1_500)).toBe(true);
    expect(sizes[1]).toBeGreaterThan(4_000);
  });

  test('is over once it is closed: what was appended is stored, nothing more is taken', async () => {
    const { open } = bench();
    const spool = await open();
    const stored = spool.append(logFrame(1));

    await spool.close();

    expect((await stored).place).toBe(1);
    expect(await refusalOf(spool.append(logFrame(2)))).toBe('failed');
    expect(spool.freeBytes).toBe(0);
  });
});

describe('releasing', () => {
  test('removes a file once all its batches are released and it is no longer written to', async () => {
    const { disk, open } = bench({ segmentBytes: 1_000 });
    const spool = await open();
    const [one, two, three] = await appendAll(
      spool,
      [1, 2, 3].map((place) => logFrame(place, 5, 100)),
    );

    if (one) spool.release(one);
    await disk.idle();
    const afterOne = [...disk.files().keys()];
    if (three) spool.release(three);
    await disk.idle();

    expect(afterOne).toEqual([2, 3].map(segment));
    expect([...disk.files().keys()]).toEqual([2, 3].map(segment));
    expect(two && seen(await spool.read(two))).toBe(seen(logFrame(2, 5, 100)));
  });

  test('a released batch does not come back: after a second, or once closed', async () => {
    for (const end of ['second', 'close'] as const) {
      const { disk, clock, open } = bench();
      const spool = await open();
      const [one] = await appendAll(spool, [logFrame(1), logFrame(2)]);
      if (one) spool.release(one);
      await (end === 'close' ? spool.close() : clock.advance(1_000));
      await disk.idle();

      disk.crash('power');
      const next = await open();

      expect(next.recovered.map(({ place }) => place)).toEqual([2]);
    }
  });

  test('writes what was released at most once a second', async () => {
    const { disk, clock, open } = bench();
    const spool = await open();
    const entries = await appendAll(
      spool,
      [1, 2, 3, 4].map((place) => logFrame(place)),
    );
    const writes = disk.calls.filter((call) => call === 'write').length;

    for (const entry of entries.slice(0, 3)) {
      spool.release(entry);
      await clock.advance(300);
    }
    await clock.advance(1_000);
    await disk.idle();

    expect(disk.calls.filter((call) => call === 'write').length - writes).toBe(1);
  });

  test('leaves nothing behind when all is released', async () => {
    const { disk, open, space } = bench({ segmentBytes: 1_000 });
    const spool = await open();
    const frames = Array.from({ length: 9 }, (_, place) => logFrame(place, 3, 100));
    for (const entry of await appendAll(spool, frames)) spool.release(entry);

    await spool.close();

    expect(disk.files().size).toBe(0);
    expect(space.usedBytes).toBe(0);
  });

  test('gives the room of the file that is written to back within a second, once all in it is released', async () => {
    const { disk, clock, open } = bench({ maxBytes: 2_000 });
    const spool = await open();
    const free = spool.freeBytes;
    spool.release(await spool.append(logFrame(1, 10, 100)));

    await clock.advance(1_000);
    await disk.idle();

    expect(spool.freeBytes).toBe(free);
  });

  test('is nothing to do twice, and what is released cannot be read', async () => {
    const { open } = bench();
    const spool = await open();
    const entry = await spool.append(logFrame(1));

    spool.release(entry);
    spool.release(entry);

    expect(await refusalOf(spool.read(entry))).toBe('damaged');
    await spool.close();
  });
});

describe('room', () => {
  test('is what another bound leaves, and what is there stays', async () => {
    const { open } = bench({ maxBytes: 8_000 });
    const spool = await open();
    const [entry] = await appendAll(spool, [logFrame(5)]);
    if (entry === undefined) throw new Error('nothing was stored');

    spool.bound(0);
    const refused = await refusalOf(spool.append(logFrame(1)));
    const read = await spool.read(entry);
    spool.bound(8_000);

    expect(refused).toBe('full');
    expect(seen(read)).toEqual(seen(logFrame(5)));
    expect(await refusalOf(spool.append(logFrame(1)))).toBe('none');
  });

  test('what fits into the bound is told at once, and is taken to the byte', async () => {
    const { disk, open } = bench({ maxBytes: 4_000 });
    const spool = await open();
    const results: string[] = [];
    for (let place = 1; place < 10; place++) {
      const { freeBytes } = spool;
      results.push(await refusalOf(spool.append(logFrame(place, 5, 100))));
      expect(spool.freeBytes).toBeLessThanOrEqual(freeBytes);
    }

    expect(new Set(results)).toEqual(new Set(['none', 'full']));
    expect(disk.usedBytes).toBeGreaterThan(3_000);
    expect(disk.usedBytes).toBeLessThanOrEqual(4_000);
  });

  test('is kept to the byte, and what is written when batches are released is within it', async () => {
    const { disk, clock, open } = bench({ maxBytes: 8_000 });
    const spool = await open();
    const lengthOf = (frame: SpoolFrame) => encodeFrame(frame).payload.length;
    const least = lengthOf(logFrame(1, 1, 0));
    const entries: SpoolEntry[] = [];
    while (spool.freeBytes >= 2 * least)
      entries.push(await spool.append(logFrame(entries.length + 10, 1, 0)));
    const last = await spool.append(
      logFrame(99, 1, spool.freeBytes - lengthOf(logFrame(99, 1, 0))),
    );

    for (const entry of entries) spool.release(entry);
    await clock.advance(1_000);
    await disk.idle();

    expect(disk.files().size).toBe(2);
    expect(disk.usedBytes).toBeLessThanOrEqual(8_000);
    expect(disk.usedBytes).toBeGreaterThan(7_950);
    expect((await spool.read(last)).place).toBe(99);
  });

  test('is shared: one spool fills what another finds missing', async () => {
    const one = bench({ maxBytes: 2 ** 20 });
    const spool = await one.open();
    const other = await one.open();
    one.space.count(2 ** 30 - 1_000);

    expect([spool.freeBytes < 1_000, other.freeBytes < 1_000]).toEqual([true, true]);
    await spool.append(logFrame(1, 3, 100));

    expect(await refusalOf(other.append(logFrame(2, 3, 100)))).toBe('full');
  });

  test('a tenth of the file system is left free', async () => {
    const { disk, open } = bench();
    disk.capacityBytes = 10_000;
    const spool = await open();
    for (let place = 1; place < 30; place++) await refusalOf(spool.append(logFrame(place, 5, 100)));

    expect(disk.usedBytes).toBeLessThanOrEqual(9_000);
    expect(disk.usedBytes).toBeGreaterThan(7_500);
  });
});

describe('a disk that fails', () => {
  const refusing: readonly (readonly [Call, string, string])[] = [
    ['write', 'ENOSPC', 'full'],
    ['write', 'EDQUOT', 'full'],
    ['open', 'EMFILE', 'full'],
    ['write', 'EIO', 'failed'],
    ['datasync', 'EIO', 'failed'],
    ['syncDirectory', 'EIO', 'failed'],
    ['open', 'EROFS', 'failed'],
    ['open', 'EACCES', 'failed'],
  ];

  test.each(refusing)(
    '%s %s: all that waits is refused, as %s, and nothing of it is there later',
    async (call, code, kind) => {
      const { disk, open } = bench();
      const spool = await open();
      disk.fail(call, code);

      const refusals = await Promise.all(
        [1, 2].map((place) => refusalOf(spool.append(logFrame(place)))),
      );
      const { freeBytes } = spool;
      await spool.close();
      const next = await open();

      expect(refusals).toEqual([kind, kind]);
      expect(freeBytes).toBe(0);
      expect([next.recovered, next.isIntact]).toEqual([[], true]);
    },
  );

  test('what was stored before stays, and can be read', async () => {
    const { disk, said, open } = bench();
    const spool = await open();
    const entry = await spool.append(logFrame(1));
    disk.fail('datasync', 'EIO');
    const refusal = await refusalOf(spool.append(logFrame(2)));

    const read = await spool.read(entry);
    const again = await refusalOf(spool.append(logFrame(3)));
    await spool.close();
    const next = await open();

    expect([refusal, again, seen(read)]).toEqual(['failed', 'failed', seen(logFrame(1))]);
    expect(spool.failure).toContain('EIO');
    expect(said.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(next.recovered.map(({ place }) => place)).toEqual([1]);
  });

  test('full, it is tried again after a second, and said once until it works', async () => {
    const { disk, clock, said, open } = bench();
    const spool = await open();
    disk.fail('write', 'ENOSPC', 2);
    const first = await refusalOf(spool.append(logFrame(1)));
    const early = await refusalOf(spool.append(logFrame(2)));
    await clock.advance(1_000);
    const second = await refusalOf(spool.append(logFrame(3)));
    await clock.advance(1_000);

    const third = await refusalOf(spool.append(logFrame(4)));

    expect([first, early, second, third]).toEqual(['full', 'full', 'full', 'none']);
    expect(spool.failure).toBeUndefined();
    expect(said.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  test('begins a new file behind a write that failed', async () => {
    const { disk, clock, open } = bench();
    const spool = await open();
    await spool.append(logFrame(1));
    disk.fail('write', 'ENOSPC');
    await refusalOf(spool.append(logFrame(2)));
    await clock.advance(1_000);

    await spool.append(logFrame(3));

    expect([...disk.files().keys()]).toEqual([1, 2].map(segment));
  });

  test('a batch that was damaged meanwhile is said to be', async () => {
    const { disk, open } = bench();
    const spool = await open();
    const entry = await spool.append(logFrame(1));
    const bytes = Buffer.from(disk.files().get(segment(1)) ?? []);
    bytes[60] = 0xff;
    disk.put(segment(1), bytes);

    await expect(spool.read(entry)).rejects.toThrow(/00000001\.segment at byte 28/);
    expect(await refusalOf(spool.read(entry))).toBe('damaged');
  });

  test('a batch that cannot be read at the moment is not lost', async () => {
    const { disk, open } = bench();
    const spool = await open();
    const entry = await spool.append(logFrame(1));
    disk.fail('open', 'EMFILE');

    expect(await refusalOf(spool.read(entry))).toBe('failed');
    expect(seen(await spool.read(entry))).toBe(seen(logFrame(1)));
  });

  test('a directory that cannot be used leaves a spool that has failed from the start', async () => {
    for (const call of ['makeDirectory', 'list'] as const) {
      const { disk, said, open } = bench();
      disk.fail(call, 'EACCES');

      const spool = await open();

      expect(spool.failure).toContain('EACCES');
      expect([spool.isIntact, spool.freeBytes, spool.recovered]).toEqual([false, 0, []]);
      expect(said.map(({ level }) => level)).toEqual(['error']);
      await spool.close();
    }
  });
});
