import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { type Engine, EngineError, type LogQuery } from '../../../src/collect/engine.ts';
import { FollowersLimit } from '../../../src/collect/logs/followers-limit.ts';
import { chosenLogs } from '../../../src/collect/logs/sources.ts';
import type { LogOwner } from '../../../src/collect/logs/store.ts';
import type { LogSettings } from '../../../src/settings.ts';
import { Counters } from '../../../src/vitals/counters.ts';
import { frames } from '../../decode/written-log.ts';
import { logInto, type Said } from '../../ship/lane-under-test.ts';
import { WrittenFolder } from './file/written-folder.ts';

/** What an engine gives of each log: one line of this time. */
class OneLineEngine implements Pick<Engine, 'logs'> {
  readonly asked: LogQuery[] = [];
  readonly #nanos: number | undefined;

  constructor(nanos: number | undefined) {
    this.#nanos = nanos;
  }

  async logs(_: string, query: LogQuery) {
    this.asked.push(query);
    const nanos = this.#nanos;
    if (nanos === undefined) throw new EngineError('gone', 'no such container');
    const bytes = frames([{ stream: 'stdout', nanos, text: 'of the engine\n' }]);
    return {
      pump: async (take: (bytes: Buffer) => Promise<void> | undefined) => {
        await take(bytes);
      },
    };
  }
}

function chosen(folder: WrittenFolder, engine: OneLineEngine, reader: LogSettings['reader']) {
  const said: Said[] = [];
  const counters = new Counters();
  const logs = chosenLogs({
    engine,
    rootDirectory: folder.root,
    directory: { get: () => undefined },
    logs: { reader },
    clock: systemClock,
    random: () => 0.5,
    log: logInto(said),
    counters,
  });
  const { signal } = new AbortController();
  const syntaxOf = async (container: LogOwner = folder.container) => {
    const bytes = await logs.read(container, { follow: false }, signal);
    return bytes.syntax;
  };
  const told = (level: string) =>
    said.filter((line) => line.level === level).map(({ message }) => message);
  return { logs, counters, said, syntaxOf, told };
}

const outOfReach = 'The log of a container is read from the engine: its file is out of reach.';

test.each(['auto', 'file'] as const)(
  'with %s a log is read from its file; the engine is asked once whether the file is its own',
  async (reader) => {
    using folder = new WrittenFolder();
    folder.print(5);
    const engine = new OneLineEngine(4);
    const { syntaxOf, logs, told } = chosen(folder, engine, reader);

    expect([await syntaxOf(), await syntaxOf()]).toEqual(['json-file', 'json-file']);
    expect(logs.sourceOf(folder.container.id)).toBe('file');
    expect(engine.asked).toEqual([{ follow: false, tail: 1 }]);
    logs.reconnected();
    expect(await syntaxOf()).toBe('json-file');
    expect(engine.asked).toHaveLength(2);
    expect(told('warn')).toEqual([]);
  },
);

test.each(['engine', 'attach'] as const)('with %s no file is read', async (reader) => {
  using folder = new WrittenFolder();
  folder.print(5);
  const { syntaxOf, logs, told } = chosen(folder, new OneLineEngine(4), reader);

  expect(await syntaxOf()).toBe('frames');
  expect(logs.sourceOf(folder.container.id)).toBe('engine');
  expect(told('warn')).toEqual([]);
});

test('the folder of another engine is not read, which is said once', async () => {
  using folder = new WrittenFolder();
  folder.print(5);
  const { syntaxOf, logs, told } = chosen(folder, new OneLineEngine(77), 'auto');

  expect([await syntaxOf(), await syntaxOf()]).toEqual(['frames', 'frames']);
  expect(logs.sourceOf(folder.container.id)).toBe('engine');
  expect(told('warn')).toEqual([expect.stringContaining('not those of the engine')]);
});

test('a log whose engine says nothing of it is read from its file', async () => {
  using folder = new WrittenFolder();
  folder.print(5);
  const { syntaxOf } = chosen(folder, new OneLineEngine(undefined), 'auto');

  expect(await syntaxOf()).toBe('json-file');
});

test('a file that cannot be read is given up for the engine, said and counted', async () => {
  using folder = new WrittenFolder();
  mkdirSync(folder.path);
  const { syntaxOf, logs, told, counters } = chosen(folder, new OneLineEngine(4), 'auto');

  expect([await syntaxOf(), await syntaxOf()]).toEqual(['frames', 'frames']);
  expect(logs.sourceOf(folder.container.id)).toBe('engine');
  expect(told('warn')).toEqual([
    'The log file of a container cannot be read, its log is read from the engine instead.',
  ]);
  expect(counters.snapshot().log_file_failures).toBe(1);
});

test('a damaged local file is given up for the engine', async () => {
  using folder = new WrittenFolder('local');
  folder.print(5);
  const { syntaxOf, counters } = chosen(folder, new OneLineEngine(4), 'auto');
  const before = await syntaxOf();
  folder.write(Buffer.alloc(100));

  const { logs } = chosen(folder, new OneLineEngine(4), 'auto');
  const { signal } = new AbortController();
  const bytes = await logs.read(folder.container, { follow: false, tail: 2 }, signal);

  expect([before, bytes.syntax]).toEqual(['local', 'frames']);
  expect(counters.snapshot().log_file_failures).toBe(0);
});

test('with file it is said once of each container why its file is out of reach', async () => {
  using folder = new WrittenFolder();
  const { syntaxOf, told, said } = chosen(folder, new OneLineEngine(4), 'file');
  const journal = {
    ...folder.container,
    id: 'b'.repeat(64),
    name: 'journal',
    logDriver: 'journald',
  };

  await syntaxOf(journal);
  await syntaxOf(journal);
  rmSync(dirname(dirname(folder.path)), { recursive: true });
  await syntaxOf();

  expect(told('warn')).toEqual([outOfReach, outOfReach]);
  expect(said.map(({ fields }) => fields.container)).toEqual(['journal', 'web']);
});

test('a log that is not there yet is asked of the engine, without a word', async () => {
  using folder = new WrittenFolder();
  const { syntaxOf, told } = chosen(folder, new OneLineEngine(4), 'file');

  expect(await syntaxOf()).toBe('frames');
  expect(told('warn')).toEqual([]);
});

test('more logs than the engine has inotify instances for are warned about once', () => {
  const said: Said[] = [];
  const limit = new FollowersLimit(logInto(said), 30);

  const ends = [limit.begin(), limit.begin()];
  expect(said).toEqual([]);
  limit.begin();
  limit.begin();
  for (const end of ends) end();

  expect(said).toEqual([
    expect.objectContaining({ level: 'warn', fields: { following: 3, instances: 30 } }),
  ]);
});
