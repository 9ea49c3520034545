import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { openSpool } from '../../../src/ship/spool/disk-spool.ts';
import { type Spool, SpoolError } from '../../../src/ship/spool/spool.ts';
import { SpoolSpace } from '../../../src/ship/spool/spool-space.ts';
import { logInto, type Said } from '../lane-under-test.ts';
import { logFrame, seen } from './frames.ts';

const root = mkdtempSync(join(tmpdir(), 'tallyman-spool-'));

const MiB = 1024 * 1024;
function openIn(directory: string, said: Said[] = [], space = spaceIn(root)): Promise<Spool> {
  const bounds = { directory, maxBytes: 64 * MiB, space, segmentBytes: MiB };
  return openSpool({ ...bounds, clock: systemClock, log: logInto(said) });
}

function spaceIn(directory: string): SpoolSpace {
  return new SpoolSpace({ directory, maxBytes: 64 * MiB, clock: systemClock });
}

test('on real files: batches come back, and only the owner may look', async () => {
  const directory = join(root, 'a', 'spool');
  const frames = Array.from({ length: 30 }, (_, place) => logFrame(place, 500, 120));
  const first = await openIn(directory);
  const entries = await Promise.all(frames.map((frame) => first.append(frame)));
  for (const entry of entries.slice(0, 20)) first.release(entry);
  await first.close();
  const second = await openIn(directory);

  const read = await Promise.all(second.recovered.map((entry) => second.read(entry)));

  expect(read.map(seen)).toEqual(frames.slice(20).map(seen));
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(directory))
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  await second.close();
});

test('thousands of small batches are written together', async () => {
  const directory = join(root, 'd');
  const frames = Array.from({ length: 3_000 }, (_, place) => logFrame(place, 1, 5));
  const first = await openIn(directory);
  await Promise.all(frames.map((frame) => first.append(frame)));
  await first.close();

  const second = await openIn(directory);
  const [one, last] = [second.recovered[0], second.recovered.at(-1)];

  expect(second.recovered).toHaveLength(3_000);
  expect(one && seen(await second.read(one))).toBe(seen(logFrame(0, 1, 5)));
  expect(last && seen(await second.read(last))).toBe(seen(logFrame(2_999, 1, 5)));
  await second.close();
});

test('a directory and a link under the names of its files are left alone', async () => {
  const directory = join(root, 'b');
  mkdirSync(join(directory, '00000001.segment'), { recursive: true });
  writeFileSync(join(directory, 'README'), 'hello');
  execFileSync('ln', ['-s', '/etc/hostname', join(directory, '00000002.segment')]);
  const said: Said[] = [];
  const spool = await openIn(directory, said);

  await spool.append(logFrame(1));
  await spool.close();

  expect(readdirSync(directory).sort()).toEqual([
    '00000001.segment',
    '00000002.segment',
    '00000003.segment',
    'README',
  ]);
  expect([spool.isIntact, said.map(({ fields }) => fields.count)]).toEqual([true, [3]]);
});

test('a file in place of the directory is survived', async () => {
  writeFileSync(join(root, 'c'), '');
  const said: Said[] = [];

  const spool = await openIn(join(root, 'c'), said);

  expect(spool.failure).toMatch(/EEXIST|ENOTDIR/);
  expect(said.map(({ level }) => level)).toEqual(['error']);
});

/** A file system of its own, where this machine lets one be made. */
function smallDisk(name: string): string | undefined {
  const path = join(root, name);
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', path], { stdio: 'ignore' });
    return path;
  } catch {
    return undefined;
  }
}

const path = smallDisk('small');

(path === undefined ? describe.skip : describe)(
  'a file system of 4 MiB (needs the right to mount)',
  () => {
    const small = String(path);
    // What else is on it is not the spool's to know: as if another program had filled it since it looked.
    const blind = () => spaceIn(root);

    beforeAll(() => {
      mkdirSync(join(small, 'spool'));
    });
    afterAll(() => void execFileSync('umount', ['-l', small]));

    test('is left a tenth free', async () => {
      const spool = await openIn(join(small, 'tenth'), [], spaceIn(small));
      const kind = await filled(spool);
      await spool.close();

      const used = readdirSync(join(small, 'tenth')).reduce(
        (sum, name) => sum + statSync(join(small, 'tenth', name)).size,
        0,
      );
      rmSync(join(small, 'tenth'), { recursive: true });

      expect(kind).toBe('full');
      expect(used).toBeGreaterThan(3.3 * MiB);
      expect(used).toBeLessThan(3.6 * MiB);
    });

    test('full, it refuses whole batches and keeps all that it stored; with room again, it goes on', async () => {
      const directory = join(small, 'spool');
      const said: Said[] = [];
      const first = await openIn(directory, said, blind());

      const kind = await filled(first);
      const held = first.freeBytes;
      await first.close();
      const second = await openIn(directory, said, blind());
      const stored = second.recovered.map(({ place }) => place);
      for (const entry of second.recovered)
        expect(seen(await second.read(entry))).toBe(seen(logFrame(entry.place, 500, 120)));
      for (const entry of second.recovered) second.release(entry);
      await second.close();
      const third = await openIn(directory, said, blind());
      const again = await third.append(logFrame(99, 500, 120));
      await third.close();

      expect([kind, held]).toEqual(['full', 0]);
      expect(stored).toEqual(Array.from({ length: stored.length }, (_, place) => place));
      expect(stored.length).toBeGreaterThan(40);
      expect(said.map(({ message }) => message)).toEqual([expect.stringContaining('disk is full')]);
      expect(again.place).toBe(99);
    });

    test('read-only, what is stored can be read, and nothing more is written', async () => {
      const said: Said[] = [];
      const directory = join(small, 'spool');
      const writing = await openIn(directory, said, blind());
      const entry = await writing.append(logFrame(100));
      await writing.close();
      execFileSync('mount', ['-o', 'remount,ro', small]);

      const spool = await openIn(directory, said, blind());
      const kind = await refusal(spool.append(logFrame(101)));
      const read = await Promise.all(spool.recovered.map((recovered) => spool.read(recovered)));
      for (const recovered of spool.recovered) spool.release(recovered);
      await spool.close();
      execFileSync('mount', ['-o', 'remount,rw', small]);

      expect([kind, spool.failure]).toEqual(['failed', expect.stringContaining('EROFS')]);
      expect(read.map(({ place }) => place)).toEqual([99, entry.place]);
      expect(said.map(({ level }) => level)).toEqual(['error']);
    });
  },
);

async function filled(spool: Spool): Promise<string> {
  for (let place = 0; place < 200; place++) {
    const kind = await refusal(spool.append(logFrame(place, 500, 120)));
    if (kind !== 'none') return kind;
  }
  return 'never';
}

async function refusal(append: Promise<unknown>): Promise<string> {
  try {
    await append;
    return 'none';
  } catch (error) {
    return error instanceof SpoolError ? error.kind : String(error);
  }
}

afterAll(() => rmSync(root, { recursive: true, force: true }));
