import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Folder } from './folder.ts';
import { idOf, markAt } from './marks.ts';
import { first, opened, second, spoolOf, third, usedFolder } from './opened.ts';

const web = idOf(1);
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('a state directory', () => {
  test('is made with all that leads to it, for its user alone', async () => {
    using folder = new Folder();
    const { directory, lane } = await opened(folder.at('var', 'lib', 'state'));
    await lane('out', first);
    const at = (...names: string[]) => folder.at('var', 'lib', 'state', ...names);

    expect([at(), at('lanes'), at('lanes', 'out')].map(modeOf)).toEqual(['700', '700', '700']);
    expect([at('tallyman.json'), at('lanes', 'out', 'positions.json')].map(modeOf)).toEqual([
      '600',
      '600',
    ]);
    await directory.close();
  });

  test('is refused where something else is in its place, with what to do', async () => {
    using folder = new Folder();
    writeFileSync(folder.at('state'), '');

    await expect(opened(folder.at('state', 'deeper'))).rejects.toMatchObject({
      name: 'StateError',
      kind: 'unwritable',
      message: `${folder.at('state', 'deeper')} cannot be made or written (ENOTDIR); make it writable for this user, or name another directory in state.directory`,
    });
  });

  test('is open to one at a time, and to the next one once it is closed', async () => {
    using folder = new Folder();
    const { directory } = await opened(folder.path);

    await expect(opened(folder.path)).rejects.toMatchObject({
      name: 'StateLockedError',
      holder: { pid: process.pid },
    });
    await directory.close();
    await (await opened(folder.path)).directory.close();
  });

  test('of a newer version is refused and left as it is, unlocked', async () => {
    using folder = new Folder();
    writeFileSync(folder.at('tallyman.json'), '{"version":2,"cells":{}}');

    for (let turn = 0; turn < 2; turn++)
      await expect(opened(folder.path)).rejects.toMatchObject({
        name: 'StateError',
        kind: 'future',
        message: expect.stringMatching(/newer version of Tallyman \(format 2, .* begin anew$/),
      });

    expect(readFileSync(folder.at('tallyman.json'), 'utf8')).toBe('{"version":2,"cells":{}}');
  });

  test('whose birth cannot be read was born when the file was written', async () => {
    using folder = await usedFolder();
    const file = folder.at('state', 'tallyman.json');
    writeFileSync(file, '{"version":1,"bo');
    const writtenAt = statSync(file).mtime.toISOString().replace('Z', '000000Z');
    rmSync(folder.at('state', 'lanes', 'out', 'positions.json'));

    const { directory, lane, said } = await opened(folder.at('state'));
    const { positions } = await lane('out', third);

    expect(positions.bornAt).toBe(writtenAt);
    expect(said.map(({ level }) => level)).toEqual(['warn']);
    await directory.close();
  });
});

describe('lanes that come and go', () => {
  test('one that is added is born then, the others stay as old as they are', async () => {
    using folder = await usedFolder();
    const { directory, lane } = await opened(folder.at('state'));

    const added = await lane('new', second, [{ name: 'out', diskBytes: 0 }]);
    await directory.close();
    const again = await opened(folder.at('state'));
    const restored = await again.lane('new', third);
    await again.directory.close();

    expect([added.positions.bornAt, restored.positions.bornAt]).toEqual([second, second]);
  });

  test('one whose birth could not be saved is as old as the directory: rather repeats than gaps', async () => {
    using folder = await usedFolder();
    const full = await opened(folder.at('state'), {
      replaceFile: () => Promise.reject(new Error('ENOSPC')),
    });
    await full.lane('new', second);
    await full.directory.close();

    const { directory, lane } = await opened(folder.at('state'));
    const { positions } = await lane('new', third);
    await directory.close();

    expect(positions.bornAt).toBe(first);
  });

  test('what a removed one left is untouched, and said with its size and what to do', async () => {
    using folder = await usedFolder();
    const left = folder.at('state', 'lanes', 'out');
    mkdirSync(folder.at('state', 'lanes', 'out', 'spool'));
    writeFileSync(folder.at('state', 'lanes', 'out', 'spool', '1.segment'), 'x'.repeat(1_000_000));
    const before = readFileSync(folder.at('state', 'lanes', 'out', 'positions.json'), 'utf8');

    const { directory, lane, said } = await opened(folder.at('state'));
    await lane('other', second);
    await directory.close();

    expect(said).toEqual([
      {
        level: 'warn',
        message: expect.stringMatching(/Configure it again .* or delete the directory/),
        fields: { sink: 'out', directory: left, bytes: 1_000_000 + before.length },
      },
    ]);
    expect(readFileSync(folder.at('state', 'lanes', 'out', 'positions.json'), 'utf8')).toBe(before);
  });

  test('one without a queue on disk has no spool; what an earlier run left in it is said', async () => {
    using folder = await usedFolder();
    const spool = folder.at('state', 'lanes', 'out', 'spool');
    mkdirSync(spool);
    writeFileSync(folder.at('state', 'lanes', 'out', 'spool', '1.segment'), 'left');

    const { directory, said } = await opened(folder.at('state'));
    const lanes = await directory.lanes([{ name: 'out', diskBytes: 0 }], second);
    await directory.close();

    expect(lanes.get('out')?.spool).toBeUndefined();
    expect(lanes.get('out')?.positions.get(web)).toEqual(markAt(1));
    expect(said.map(({ fields }) => fields)).toEqual([
      { sink: 'out', directory: spool, bytes: 4 },
      { sink: 'out', logs: 1 },
    ]);
  });

  test('one whose queue on disk does not open goes on in memory', async () => {
    using folder = await usedFolder();
    const { directory, lane, said } = await opened(folder.at('state'), {
      openSpool: () => Promise.reject(new Error('EIO: i/o error')),
    });

    const { spool, positions } = await lane('out', second);
    await directory.close();

    expect(spool).toBeUndefined();
    expect(positions.get(web)).toEqual(markAt(1));
    expect(said.at(0)).toMatchObject({ level: 'error', fields: { error: 'EIO: i/o error' } });
  });

  test('one whose folder cannot be made goes on in memory, and the others are not touched', async () => {
    using folder = await usedFolder();
    writeFileSync(folder.at('state', 'lanes', 'blocked'), 'in the way');

    const { directory, said } = await opened(folder.at('state'));
    const lanes = await directory.lanes(
      [
        { name: 'blocked', diskBytes: 0 },
        { name: 'out', diskBytes: 1024 },
      ],
      second,
    );
    await directory.close();

    expect(lanes.get('blocked')?.positions).toMatchObject({ bornAt: second });
    expect(lanes.get('out')?.positions.bornAt).toBe(first);
    expect(said.at(0)).toMatchObject({ level: 'error', fields: { sink: 'blocked' } });
    expect(existsSync(folder.at('state', 'lanes', 'blocked'))).toBe(true);
  });
});

describe('a lane that comes or goes while the directory is open', () => {
  test('is born when it comes, and finds its state when it is back', async () => {
    using folder = await usedFolder();
    const { directory, lane } = await opened(folder.at('state'));
    await lane('out', second);

    const added = await directory.openLane({ name: 'added', diskBytes: 1024 }, third);
    added.positions.delivered(markAt(5));
    await directory.closeLane('added');
    const again = await directory.openLane({ name: 'added', diskBytes: 1024 }, third);
    await directory.close();

    expect(added.positions.bornAt).toBe(third);
    expect(again).not.toBe(added);
    expect(again.positions.get(web)).toEqual(markAt(5));
  });

  test('has its queue on disk bounded anew, unless it was opened without one', async () => {
    using folder = new Folder();
    const bounds: number[] = [];
    const spool = spoolOf({ bound: (bytes) => bounds.push(bytes) });
    const { directory, lane } = await opened(folder.path, { openSpool: async () => spool });
    await lane('out', first, [{ name: 'memory', diskBytes: 0 }]);

    const isBounded = [
      directory.boundLane({ name: 'out', diskBytes: 4096 }),
      directory.boundLane({ name: 'out', diskBytes: 0 }),
      directory.boundLane({ name: 'memory', diskBytes: 0 }),
      directory.boundLane({ name: 'memory', diskBytes: 4096 }),
    ];
    await directory.close();

    expect(isBounded).toEqual([true, true, true, false]);
    expect(bounds).toEqual([4096, 0]);
  });
});

const testAsUser = process.getuid?.() === 0 ? test.skip : test;

testAsUser('a directory that may not be written is refused', async () => {
  using folder = new Folder();
  chmodSync(folder.path, 0o500);

  await expect(opened(folder.path)).rejects.toMatchObject({ kind: 'unwritable' });
});
