import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { replaceFile } from '../../src/state/atomic-file.ts';
import { until, untilOn } from '../until.ts';
import { Folder } from './folder.ts';
import { idOf, markAt } from './marks.ts';
import { first, leftBatch, opened, second, spoolOf, usedFolder } from './opened.ts';

const web = idOf(1);

describe("a lane's positions", () => {
  test('are there again after a restart, both marks, and the birth', async () => {
    using folder = await usedFolder();
    const openSpool = async () => spoolOf({ recovered: [leftBatch] });
    const { directory, lane, said } = await opened(folder.at('state'), { openSpool });

    const { positions } = await lane('out', second);

    expect(positions.bornAt).toBe(first);
    expect(positions.get(web)).toEqual(markAt(3));
    expect(said).toEqual([]);
    await directory.close();
  });

  test('are on disk a second after a change', async () => {
    using folder = new Folder();
    const { directory, lane, clock } = await opened(folder.path);
    const { positions } = await lane('out', first);
    const file = folder.at('lanes', 'out', 'positions.json');

    positions.delivered(markAt(7));
    await clock.advance(999);
    const before = readFileSync(file, 'utf8');
    await clock.advance(1);
    await until(() => readFileSync(file, 'utf8').includes('10:00:07'));

    expect(before).not.toContain('10:00:07');
    await directory.close();
  });

  test('of five hundred containers are kept, one save for all', async () => {
    using folder = new Folder();
    let saves = 0;
    const counted = async (path: string, text: string) => {
      saves += 1;
      await replaceFile(path, text);
    };
    const { directory, lane } = await opened(folder.path, { replaceFile: counted });
    const { positions } = await lane('out', first);
    const before = saves;
    for (let container = 0; container < 500; container++) positions.delivered(markAt(1, container));
    await directory.close();

    const again = await opened(folder.path);
    const restored = await again.lane('out', second);
    await again.directory.close();

    expect(saves - before).toBe(1);
    expect(restored.positions.marks()).toHaveLength(500);
  });

  test.each([
    ['is not intact', spoolOf({ isIntact: false, recovered: [leftBatch] })],
    ['was emptied', spoolOf()],
  ])('go back to what was delivered where the queue on disk %s', async (_what, spool) => {
    using folder = await usedFolder();
    const { directory, lane, said } = await opened(folder.at('state'), {
      openSpool: async () => spool,
    });

    const { positions } = await lane('out', second);

    expect(positions.get(web)).toEqual(markAt(1));
    expect(said).toEqual([
      expect.objectContaining({ level: 'warn', fields: { sink: 'out', logs: 1 } }),
    ]);
    await directory.close();
  });

  test.each([
    ['once going back is on disk', replaceFile, 1],
    ['not while that cannot be saved', () => Promise.reject(new Error('ENOSPC')), 0],
  ])('let the damage of the queue be set aside %s', async (_when, replace, times) => {
    using folder = await usedFolder();
    let asides = 0;
    const spool = spoolOf({
      isIntact: false,
      setDamageAside: async () => {
        asides += 1;
      },
    });
    const { directory, lane } = await opened(folder.at('state'), {
      openSpool: async () => spool,
      replaceFile: replace,
    });

    await lane('out', second);
    await directory.close();

    expect(asides).toBe(times);
  });

  test('of a log of which nothing was delivered then say that it was seen, and no more', async () => {
    using folder = new Folder();
    const before = await opened(folder.path);
    (await before.lane('out', first)).positions.stored(markAt(3));
    await before.directory.close();
    const openSpool = async () => spoolOf({ isIntact: false });
    const { directory, lane } = await opened(folder.path, { openSpool });

    const { positions } = await lane('out', second);

    expect(positions.get(web)).toEqual({ containerId: web, name: 'web-1' });
    await directory.close();
  });

  test.each([
    ['is cut off', '{"version":1,"bornAt":"2026-', /JSON/],
    ['is of a newer version', '{"version":9}', /a newer version wrote it \(format 9/],
    ['holds zeros, as after a power cut', '\0'.repeat(64), /JSON/],
    ['is empty', '', /JSON/],
  ])(
    'whose file %s begin at the birth of the directory; the file is kept and named',
    async (_what, text, error) => {
      using folder = await usedFolder();
      const lanes = folder.at('state', 'lanes', 'out');
      writeFileSync(folder.at('state', 'lanes', 'out', 'positions.json'), text);

      const { directory, lane, said } = await opened(folder.at('state'));
      const { positions } = await lane('out', second);
      await directory.close();

      const aside = readdirSync(lanes).find((name) => name.includes('damaged')) ?? '';
      expect(positions.bornAt).toBe(first);
      expect(positions.marks()).toEqual([]);
      expect(readFileSync(folder.at('state', 'lanes', 'out', aside), 'utf8')).toBe(text);
      expect(said).toEqual([
        expect.objectContaining({
          level: 'error',
          fields: expect.objectContaining({
            sink: 'out',
            file: folder.at('state', 'lanes', 'out', aside),
            error: expect.stringMatching(error),
          }),
        }),
      ]);
    },
  );

  test('in a place that is no file are set aside too', async () => {
    using folder = await usedFolder();
    const file = folder.at('state', 'lanes', 'out', 'positions.json');
    rmSync(file);
    mkdirSync(file);

    const { directory, lane, said } = await opened(folder.at('state'));
    const { positions } = await lane('out', second);
    await directory.close();

    expect(positions.bornAt).toBe(first);
    expect(said.map(({ level }) => level)).toEqual(['error']);
    expect(statSync(file).isFile()).toBe(true);
  });

  test('are the old ones, whole, where a crash cut off the writing of new ones', async () => {
    using folder = await usedFolder();
    const lanes = folder.at('state', 'lanes', 'out');
    // What write-file-atomic leaves when it is killed between the writing and the renaming.
    writeFileSync(folder.at('state', 'lanes', 'out', 'positions.json.3141592653'), '{"version":1,');
    const openSpool = async () => spoolOf({ recovered: [leftBatch] });

    const { directory, lane, said } = await opened(folder.at('state'), { openSpool });
    const { positions } = await lane('out', second);
    await directory.close();

    expect(positions.get(web)).toEqual(markAt(3));
    expect(readdirSync(lanes)).toEqual(['positions.json']);
    expect(said).toEqual([]);
  });

  test('stay what they are in memory while the disk is full, and are saved once it is not', async () => {
    using folder = new Folder();
    let isFull = false;
    const { directory, lane, said, clock } = await opened(folder.path, {
      replaceFile: async (path, text) => {
        if (isFull) throw new Error('ENOSPC: no space left on device');
        await replaceFile(path, text);
      },
    });
    const { positions } = await lane('out', first);

    isFull = true;
    positions.delivered(markAt(5));
    await untilOn(clock, () => said.length > 0);
    await clock.advance(5_000);
    const held = positions.get(web);
    isFull = false;
    await untilOn(clock, () => said.length > 1);
    await directory.close();

    expect(held).toEqual(markAt(5));
    expect(said.map(({ level, fields }) => [level, fields])).toEqual([
      ['error', expect.objectContaining({ sink: 'out', error: expect.stringMatching('ENOSPC') })],
      ['info', expect.objectContaining({ sink: 'out' })],
    ]);
    expect(readFileSync(folder.at('lanes', 'out', 'positions.json'), 'utf8')).toContain('10:00:05');
  });

  test('are saved again though somebody has removed their folder', async () => {
    using folder = new Folder();
    const { directory, lane } = await opened(folder.path);
    const { positions } = await lane('out', first);

    rmSync(folder.at('lanes'), { recursive: true });
    positions.delivered(markAt(5));
    await directory.close();

    expect(readFileSync(folder.at('lanes', 'out', 'positions.json'), 'utf8')).toContain('10:00:05');
  });
});
