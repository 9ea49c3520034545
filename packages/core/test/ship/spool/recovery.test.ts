import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { formatVersion, segmentHeader } from '../../../src/ship/spool/segment-format.ts';
import { logFrame, seen } from './frames.ts';
import { bench, directory } from './spool-under-test.ts';

const path = `${directory}/00000001.segment`;

/** A closed spool with so many batches in one file, and where each of them begins. */
async function stored(batches: number) {
  const made = bench();
  const spool = await made.open();
  const starts: number[] = [];
  for (let place = 1; place <= batches; place++) {
    starts.push(made.disk.files().get(path)?.length ?? 16);
    await spool.append(logFrame(place));
  }
  await spool.close();
  const bytes = Buffer.from(made.disk.files().get(path) ?? []);
  const places = async () => {
    const found = await made.open();
    for (const entry of found.recovered)
      expect(seen(await found.read(entry))).toBe(seen(logFrame(entry.place)));
    return found.recovered.map(({ place }) => place);
  };
  return { ...made, bytes, starts, places };
}

describe('what an earlier run left', () => {
  test('a last write that was cut off is cut off the file, without a word', async () => {
    const { disk, said, bytes, starts, places, open } = await stored(3);
    for (const end of [Number(starts[2]) + 1, Number(starts[2]) + 13, bytes.length - 1]) {
      disk.put(path, bytes.subarray(0, end));

      expect(await places()).toEqual([1, 2]);
      expect((await open()).isIntact).toBe(true);
      expect(disk.files().get(path)).toHaveLength(Number(starts[2]));
    }
    expect(said).toEqual([]);
  });

  test('so is one of which a power cut left only the length', async () => {
    const { disk, said, bytes, starts, places } = await stored(3);
    for (const end of [Number(starts[2]), Number(starts[2]) + 5, bytes.length - 1]) {
      disk.put(path, Buffer.concat([bytes.subarray(0, end), Buffer.alloc(5_000)]));

      expect(await places()).toEqual([1, 2]);
    }
    expect(said).toEqual([]);
  });

  test('a file whose making was cut off is removed', async () => {
    const { disk, said, open } = bench();
    const unfinished = [Buffer.alloc(0), Buffer.alloc(400), segmentHeader().subarray(0, 9)];
    for (const bytes of unfinished) {
      disk.put(path, bytes);
      const spool = await open();

      expect([disk.files().size, spool.isIntact, said]).toEqual([0, true, []]);
    }
  });

  test('of a damaged file all good batches are used; it is said once, and kept', async () => {
    const { disk, said, bytes, starts, open, places } = await stored(3);
    bytes[Number(starts[1]) + 40] = 0xff;
    disk.put(path, bytes);

    expect(await places()).toEqual([1, 3]);
    const spool = await open();
    for (const entry of spool.recovered) spool.release(entry);
    await spool.close();

    expect(spool.isIntact).toBe(false);
    expect(said[0]).toMatchObject({
      level: 'error',
      fields: { file: path, problem: expect.stringContaining('is damaged'), batches: 2 },
    });
    expect(disk.files().get(path)).toEqual(bytes);
  });

  test('where the length of a batch is damaged, those before it are used', async () => {
    const { disk, bytes, starts, open, places } = await stored(3);
    bytes[Number(starts[1])] = 0xff;
    disk.put(path, bytes);

    expect(await places()).toEqual([1]);
    expect((await open()).isIntact).toBe(false);
  });

  test('damage to a batch that was released is no loss', async () => {
    const { disk, said, bytes, starts, open } = await stored(3);
    const spool = await open();
    const second = spool.recovered[1];
    if (second) spool.release(second);
    await spool.close();
    bytes[Number(starts[1]) + 40] = 0xff;
    disk.put(path, bytes);

    const next = await open();

    expect([next.isIntact, next.recovered.map(({ place }) => place)]).toEqual([true, [1, 3]]);
    expect(said).toEqual([]);
  });

  test('damage counts against each run until it is set aside; what is good stays in use', async () => {
    const { disk, bytes, starts, open } = await stored(3);
    bytes[Number(starts[1]) + 40] = 0xff;
    disk.put(path, bytes);
    const first = await open();
    await first.close();
    const second = await open();

    await second.setDamageAside();
    const reads = await Promise.all(second.recovered.map((entry) => second.read(entry)));
    await second.close();
    const third = await open();

    expect([first.isIntact, second.isIntact, third.isIntact]).toEqual([false, false, true]);
    expect(reads.map(({ place }) => place)).toEqual([1, 3]);
    expect(third.recovered.map(({ place }) => place)).toEqual([1, 3]);
    expect([...disk.files().keys()]).toEqual([`${path}.damaged-2`]);
  });

  test('a file that was set aside and is damaged once more is a new loss', async () => {
    const { disk, bytes, starts, open } = await stored(3);
    bytes[Number(starts[1]) + 40] = 0xff;
    disk.put(path, bytes);
    await (await open()).setDamageAside();
    bytes[Number(starts[2]) + 40] = 0xff;
    disk.put(`${path}.damaged-2`, bytes);

    const spool = await open();

    expect([spool.isIntact, spool.recovered.length]).toEqual([false, 1]);
  });

  test('a file of something else under its name is reported, and never written to', async () => {
    const { disk, said, open } = bench();
    const foreign = Buffer.from('not a segment at all, but long enough');
    disk.put(path, foreign);

    const spool = await open();
    await spool.append(logFrame(1));

    expect(spool.isIntact).toBe(false);
    expect(said.map(({ level }) => level)).toEqual(['error']);
    expect(disk.files().get(path)).toEqual(foreign);
    expect([...disk.files().keys()]).toContain(`${directory}/00000002.segment`);
  });

  test('a file of a newer version is left to that version', async () => {
    const { disk, said, open } = bench();
    const header = segmentHeader();
    header.writeUInt32LE(formatVersion + 1, 8);
    header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
    disk.put(path, header);

    const spool = await open();

    expect(spool.isIntact).toBe(false);
    expect(said[0]?.message).toContain('newer version');
    expect(disk.files().get(path)).toEqual(header);
  });

  test('a file that cannot be read is reported, left alone, and read by a later run that can', async () => {
    const { disk, said, open, places } = await stored(2);
    disk.fail('open', 'EACCES');
    const spool = await open();

    expect([spool.isIntact, spool.recovered]).toEqual([false, []]);
    expect(said.map(({ level }) => level)).toEqual(['error']);
    await spool.setDamageAside();

    expect(await places()).toEqual([1, 2]);
  });

  test('a file whose reading fails in the middle gives what came before', async () => {
    const { disk, open } = await stored(2);
    disk.fail('read', 'EIO');

    const spool = await open();

    expect([spool.isIntact, spool.failure]).toEqual([false, undefined]);
  });

  test('what is not its own is named, left alone, and takes room', async () => {
    const { disk, said, open, space } = bench();
    disk.put(`${directory}/notes.txt`, Buffer.alloc(1_000));
    disk.put(`${directory}/1.segment`, Buffer.alloc(10));

    const spool = await open();

    expect(spool.isIntact).toBe(true);
    expect(said).toMatchObject([
      { level: 'warn', fields: { names: ['notes.txt', '1.segment'], count: 2 } },
    ]);
    expect([disk.files().size, space.usedBytes]).toEqual([2, 1_010]);
  });

  test('word of releases without their segment says nothing about a later one of that number', async () => {
    const { disk, open, places } = await stored(2);
    const spool = await open();
    for (const entry of spool.recovered.slice(0, 1)) spool.release(entry);
    await spool.close();
    const released = disk.files().get(`${directory}/00000001.released`) ?? Buffer.alloc(0);
    const other = await stored(3);
    other.disk.put(`${directory}/00000009.released`, released);
    other.disk.put(`${directory}/00000001.released`, Buffer.from(released).fill(0));

    expect(released).toHaveLength(8);
    expect(await places()).toEqual([2]);
    expect(await other.places()).toEqual([1, 2, 3]);
    expect([...other.disk.files().keys()]).not.toContain(`${directory}/00000009.released`);
  });
});
