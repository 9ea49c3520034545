import { appendFileSync, symlinkSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { Descriptors, TooManyFilesError } from '../../../../src/collect/logs/file/descriptors.ts';
import { MovedLogError } from '../../../../src/collect/logs/file/follower.ts';
import { LogFileError } from '../../../../src/decode/entry.ts';
import { sinceOf } from '../../../../src/decode/timestamp.ts';
import { timeAt } from '../../../decode/bytes.ts';
import { until } from '../../../until.ts';
import { FileReading } from './file-reading.ts';
import { type RotationOptions, WrittenFolder } from './written-folder.ts';

const linesFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => `line ${first + index}`);

const rotations: readonly (readonly [string, RotationOptions])[] = [
  ['renamed', { maxFiles: 4 }],
  ['compressed', { maxFiles: 4, isCompressed: true }],
];

/** Three files: 3,000 lines, 3,000 lines, 10 lines. */
function threeFiles(syntax: 'json-file' | 'local', rotation: RotationOptions): WrittenFolder {
  const folder = new WrittenFolder(syntax);
  return folder.print(3_000).rotate(rotation).print(3_000).rotate(rotation).print(10);
}

describe.each(['json-file', 'local'] as const)('the files of the driver %s', (syntax) => {
  test.each(rotations)(
    '%s ones are read in order, whole or from so many entries before the end',
    async (_, rotation) => {
      using folder = threeFiles(syntax, rotation);
      const reading = new FileReading(folder);

      expect(await reading.lines()).toEqual(linesFrom(0, 6_010));
      for (const tail of [1, 10, 11, 500, 3_010, 3_011, 6_009, 6_010, 9_000])
        expect(await reading.lines({ tail })).toEqual(
          linesFrom(Math.max(0, 6_010 - tail), Math.min(tail, 6_010)),
        );
    },
  );

  test('what is older than asked for is left out, also of a tail', async () => {
    using folder = threeFiles(syntax, { maxFiles: 4 });
    const reading = new FileReading(folder);
    const since = sinceOf(timeAt(6_000));

    expect(await reading.lines({ since })).toEqual(linesFrom(6_000, 10));
    expect(await reading.lines({ since, tail: 3 })).toEqual(linesFrom(6_007, 3));
  });

  test('a log is followed over rotations, to the end of its container’s run', async () => {
    using folder = new WrittenFolder(syntax);
    const reading = new FileReading(folder);
    folder.print(5);
    const lines: string[] = [];

    const followed = reading.into(lines, { follow: true });
    for (let round = 1; round <= 6; round++) {
      await until(() => lines.length === round * 5);
      folder.rotate({ maxFiles: 3, isCompressed: round % 2 === 0 }).print(5);
    }
    await until(() => lines.length === 35);
    folder.print(1);
    reading.stop();
    await followed;

    expect(lines).toEqual(linesFrom(0, 36));
  });
});

test.each(rotations)(
  'of a file that changes all the time each line is read once, also while it rotates: %s',
  async (_, rotation) => {
    using folder = new WrittenFolder();
    const reading = new FileReading(folder);
    const lines: string[] = [];
    folder.print(1);
    const followed = reading.into(lines, { follow: true });

    // 2,500 changes a second for three seconds: from the second one on nobody watches, as it is polled.
    for (let round = 1; round <= 150; round++) {
      for (let line = 0; line < 50; line++) {
        folder.print(1);
        // Between two changes of the same file the kernel has to see one of another, or it tells of one.
        appendFileSync(`${folder.path}.neighbour`, 'x');
      }
      if (round % 40 === 0) folder.rotate(rotation);
      await systemClock.sleep(20, AbortSignal.timeout(20_000));
    }
    await until(() => lines.length >= 7_501);
    reading.stop();
    await followed;

    expect(lines).toEqual(linesFrom(0, 7_501));
  },
);

describe('a json file', () => {
  test.each(rotations)(
    'that rotates while reading stands still is read on from where it was: %s',
    async (_, { isCompressed }) => {
      using folder = new WrittenFolder();
      const reading = new FileReading(folder);
      folder.print(5);
      const lines: string[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      const rotation = { maxFiles: 9, ...(isCompressed === undefined ? {} : { isCompressed }) };

      const followed = reading.into(lines, { follow: true }, () => promise);
      await until(() => lines.length === 5);
      for (let round = 0; round < 4; round++) folder.print(300).rotate(rotation).print(5);
      resolve();
      await until(() => lines.length === 5 + 4 * 305);
      reading.stop();
      await followed;

      expect(lines).toEqual(linesFrom(0, 5 + 4 * 305));
    },
  );

  test.each([
    ['becomes shorter', (folder: WrittenFolder) => truncateSync(folder.path)],
    [
      'is replaced more than once with nothing kept',
      (folder: WrittenFolder) =>
        folder.rotate({ maxFiles: 1 }).print(1).rotate({ maxFiles: 1 }).print(1),
    ],
  ])('that %s is left, so that its place is looked up anew', async (_, change) => {
    using folder = new WrittenFolder();
    const reading = new FileReading(folder);
    folder.print(5);
    const lines: string[] = [];
    const standing = Promise.withResolvers<void>();
    const ready = () => (lines.length < 5 ? Promise.resolve() : standing.promise);

    const followed = reading.into(lines, { follow: true }, ready);
    await until(() => lines.length === 5);
    change(folder);
    standing.resolve();

    await expect(followed).rejects.toThrow(MovedLogError);
  });

  test('of a container that is removed is read to its end', async () => {
    using folder = new WrittenFolder();
    const reading = new FileReading(folder);
    folder.print(5);
    const lines: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();

    const followed = reading.into(lines, { follow: true }, () => promise);
    await until(() => lines.length === 5);
    folder.print(5_000).remove();
    reading.state = undefined;
    reading.tell();
    resolve();
    await followed;

    expect(lines).toEqual(linesFrom(0, 5_005));
  });

  test('of a container that is removed right after a rotation is read to its end', async () => {
    using folder = new WrittenFolder();
    const reading = new FileReading(folder);
    folder.print(5);
    const lines: string[] = [];
    const standing = Promise.withResolvers<void>();
    const ready = () => (lines.length < 10 ? Promise.resolve() : standing.promise);

    const followed = reading.into(lines, { follow: true }, ready);
    await until(() => lines.length === 5);
    folder.print(5);
    await until(() => lines.length === 10);
    folder.print(300).rotate({ maxFiles: 3 }).print(300);
    // The kernel tells of it, and the file is opened.
    await systemClock.sleep(200, AbortSignal.timeout(20_000));
    folder.remove();
    reading.state = undefined;
    reading.tell();
    standing.resolve();
    await followed;

    expect(lines).toEqual(linesFrom(0, 610));
  });

  test('of a container that runs again already ends with the run that was followed', async () => {
    using folder = new WrittenFolder();
    const reading = new FileReading(folder);
    folder.print(5);
    const lines: string[] = [];

    const followed = reading.into(lines, { follow: true });
    await until(() => lines.length === 5);
    reading.state = { isRunning: true, finishedAt: timeAt(1) };
    reading.tell();
    await followed;

    expect(lines).toEqual(linesFrom(0, 5));
  });

  test('with lines that are no entries has as many entries from its end as were asked for', async () => {
    using folder = new WrittenFolder();
    folder.print(5).write(Buffer.from('no entry\n'));
    folder.print(2).write(Buffer.alloc(5_000));
    folder.print(2).write(Buffer.from('{"log":"not written to its e'));
    const reading = new FileReading(folder);

    expect(await reading.lines({ tail: 6 })).toEqual(linesFrom(3, 6));
    expect(await reading.lines()).toEqual(linesFrom(0, 9));
  });

  test('that a symbolic link leads to is not read', async () => {
    using folder = new WrittenFolder();
    using elsewhere = new WrittenFolder();
    elsewhere.print(1);
    symlinkSync(elsewhere.path, folder.path);
    const reading = new FileReading(folder);
    await expect(reading.lines()).rejects.toMatchObject({ code: 'ELOOP' });

    folder.remove();
    symlinkSync(dirname(elsewhere.path), dirname(folder.path));
    await expect(reading.lines()).rejects.toThrow(LogFileError);
  });

  test('of a container that is not there is missing', async () => {
    using folder = new WrittenFolder();

    await expect(new FileReading(folder).lines()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test('the log of a container that was created is opened as soon as it is there', async () => {
  using folder = new WrittenFolder();
  const reading = new FileReading(folder);
  reading.logs.created(folder.id);
  folder.print(3);
  await until(() => reading.logs.holds(folder.id));
  folder.remove();
  reading.state = undefined;

  const lines = await reading.lines({ follow: true });
  reading.logs.forget(folder.id);

  expect(lines).toEqual(linesFrom(0, 3));
});

test('no more files are opened than half of what the process may have open', async () => {
  using folder = new WrittenFolder();
  folder.print(1);
  const descriptors = new Descriptors(4);
  const opened = [await descriptors.open(folder.path), await descriptors.open(folder.path)];

  await expect(descriptors.open(folder.path)).rejects.toThrow(TooManyFilesError);
  await opened[0]?.close();
  opened[0] = await descriptors.open(folder.path);
  for (const file of opened) await file.close();
});
