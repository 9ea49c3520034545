import {
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import { versionOf } from '../../src/config/file-version.ts';
import { ConfigWatch } from '../../src/reload/watch.ts';
import { Folder } from '../sinks/folder.ts';
import { until } from '../support/until.ts';

const versionsOf = (...paths: readonly string[]) =>
  new Map(paths.map((path) => [path, versionOf(path)]));

describe('a watch over the files of a configuration', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => folder[Symbol.dispose]());

  /** Over these files, on a virtual clock: by looking alone, unless a folder's event comes in between. */
  function watching(...paths: readonly string[]) {
    const clock = new VirtualClock();
    let changes = 0;
    const watch = new ConfigWatch({
      clock,
      changed: () => {
        changes += 1;
      },
    });
    watch.follow(versionsOf(...paths));
    return { clock, watch, changes: () => changes };
  }

  test('tells of a file that is written in place, once', async () => {
    const path = folder.put('config.yaml', 'a: 1');
    const { clock, watch, changes } = watching(path);
    using _watch = watch;

    await clock.advance(10_000);
    expect(changes()).toBe(0);
    writeFileSync(path, 'a: 2, longer');
    await clock.advance(60_000);

    expect(changes()).toBe(1);
  });

  test('waits until a file that is being written stands still', async () => {
    const path = folder.put('config.yaml', 'a: 1');
    const { clock, watch, changes } = watching(path);
    using _watch = watch;

    for (let bytes = 100; bytes < 110; bytes++) {
      truncateSync(path, bytes);
      await clock.advance(200);
    }
    expect(changes()).toBe(0);
    await clock.advance(10_000);

    expect(changes()).toBe(1);
  });

  test('tells of a file that was changed between its reading and the watch', async () => {
    const path = folder.put('config.yaml', 'a: 1');
    const read = versionsOf(path);
    writeFileSync(path, 'a: 2, longer');
    const { clock, watch, changes } = watching(path);
    using _watch = watch;

    watch.follow(read);
    await clock.advance(10_000);

    expect(changes()).toBe(1);
  });

  test('tells of a secret that comes to be, and of one that goes', async () => {
    const path = folder.put('config.yaml', 'a: 1');
    const secret = `${folder.path}/token`;
    const { clock, watch, changes } = watching(path, secret);
    using _watch = watch;

    writeFileSync(secret, 'abc');
    await clock.advance(10_000);
    expect(changes()).toBe(1);
    unlinkSync(secret);
    await clock.advance(10_000);

    expect(changes()).toBe(2);
  });

  test('tells of what a link leads to, in another folder, and of another link', async () => {
    const [first, second] = [
      folder.put('data-1/c.yaml', 'a: 1'),
      folder.put('data-2/c.yaml', 'a: 2'),
    ];
    mkdirSync(`${folder.path}/etc`);
    const path = `${folder.path}/etc/c.yaml`;
    symlinkSync(first, path);
    const { clock, watch, changes } = watching(path);
    using _watch = watch;

    writeFileSync(first, 'a: 3, longer');
    await clock.advance(10_000);
    expect(changes()).toBe(1);
    symlinkSync(second, `${path}.new`);
    renameSync(`${path}.new`, path);
    await clock.advance(10_000);

    expect(changes()).toBe(2);
  });

  test('watches other files when told so, and nothing more at its end', async () => {
    const [first, second] = [folder.put('1/c.yaml', 'a: 1'), folder.put('2/c.yaml', 'a: 2')];
    const { clock, watch, changes } = watching(first);

    watch.follow(versionsOf(second));
    writeFileSync(first, 'a: 3, longer');
    await clock.advance(10_000);
    expect(changes()).toBe(0);
    watch[Symbol.dispose]();
    writeFileSync(second, 'a: 3, longer');
    await clock.advance(10_000);

    expect(changes()).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test.each([
    [
      'an editor, which renames a new file over the old one',
      (path: string) => {
        writeFileSync(`${path}.swp`, 'a: 2, longer');
        renameSync(`${path}.swp`, path);
      },
    ],
    [
      'a Kubernetes mount, which turns a link to a new folder',
      () => {
        folder.put('..2/config.yaml', 'a: 2, longer');
        symlinkSync('..2', `${folder.path}/..data_tmp`);
        renameSync(`${folder.path}/..data_tmp`, `${folder.path}/..data`);
      },
    ],
  ])('hears of %s before it would look', async (_, replace) => {
    folder.put('..1/config.yaml', 'a: 1');
    symlinkSync('..1', `${folder.path}/..data`);
    const path = `${folder.path}/config.yaml`;
    symlinkSync('..data/config.yaml', path);
    // A clock whose every two seconds never come.
    const clock = {
      ...systemClock,
      after: (ms: number, task: () => void) =>
        ms < 1_000 ? systemClock.after(ms, task) : () => {},
    };
    let changes = 0;
    using watch = new ConfigWatch({
      clock,
      changed: () => {
        changes += 1;
      },
    });
    watch.follow(versionsOf(path));

    replace(path);
    await until(() => changes === 1, 'the watch tells of it');

    expect(changes).toBe(1);
  });
});
