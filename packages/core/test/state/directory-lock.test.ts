import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { type Clock, systemClock } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import { DirectoryLock, lockHolder } from '../../src/state/directory-lock.ts';
import { untilOn } from '../until.ts';
import { Folder } from './folder.ts';
import { HoldingProcess } from './holder.ts';

const take = (path: string) => DirectoryLock.take(path, systemClock);
const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

describeOnLinux('the lock of a state directory', () => {
  test('keeps out a second one, and names the pid and the host of the first', async () => {
    using folder = new Folder();
    await using holder = new HoldingProcess(folder.path);
    await holder.attempt;

    const second = take(folder.path);

    await expect(second).rejects.toMatchObject({
      name: 'StateLockedError',
      holder: { pid: holder.pid, host: hostname() },
      message: expect.stringContaining(
        `${folder.path} is in use by another agent (pid ${holder.pid} on ${hostname()})`,
      ),
    });
  });

  test('tells who holds it without being taken, and that nobody does', async () => {
    using folder = new Folder();
    const before = await lockHolder(folder.path, systemClock);
    await using holder = new HoldingProcess(folder.path);
    await holder.attempt;

    const during = await lockHolder(folder.path, systemClock);
    holder.signal('SIGKILL');
    await holder.ended();
    const after = await lockHolder(folder.path, systemClock);

    expect(during).toEqual({ pid: holder.pid, host: hostname() });
    expect([before, after]).toEqual([undefined, undefined]);
  });

  test('is free as soon as its holder is killed, whatever it was about to do', async () => {
    using folder = new Folder();
    await using holder = new HoldingProcess(folder.path);
    await holder.attempt;

    holder.signal('SIGKILL');
    await holder.ended();
    const lock = await take(folder.path);

    await expect(take(folder.path)).rejects.toMatchObject({ holder: { pid: process.pid } });
    await lock.release();
  });

  test('is held by one that is stopped and answers nobody', async () => {
    using folder = new Folder();
    await using holder = new HoldingProcess(folder.path);
    await holder.attempt;

    holder.signal('SIGSTOP');
    const clock = new VirtualClock();
    let refused: unknown;
    DirectoryLock.take(folder.path, clock).catch((error) => {
      refused = error;
    });
    await untilOn(clock, () => refused !== undefined);

    expect(refused).toMatchObject({ name: 'StateLockedError', holder: {} });
  });

  test('does not keep its holder alive', async () => {
    using folder = new Folder();
    await using holder = new HoldingProcess(folder.path, 'leave');

    expect(await holder.attempt).toEqual({ held: true });
    expect(await holder.ended()).toBe(0);
  });

  test('goes from one to the next when it is released, as often as one likes', async () => {
    using folder = new Folder();

    for (let round = 0; round < 5; round++) {
      const lock = await take(folder.path);
      await expect(take(folder.path)).rejects.toMatchObject({ name: 'StateLockedError' });
      await lock.release();
      await lock.release();
    }

    expect(readdirSync(folder.path)).toEqual(['lock.4', 'lock.5']);
  });

  test.each([
    ['a free directory', false],
    ['a directory whose holder was killed', true],
  ])('twenty that start at once: one has it, in %s', async (_what, isStale) => {
    using folder = new Folder();
    if (isStale) {
      await using dead = new HoldingProcess(folder.path);
      await dead.attempt;
    }

    const starters = Array.from({ length: 20 }, () => new HoldingProcess(folder.path));
    const attempts = await Promise.all(starters.map(({ attempt }) => attempt));

    const winners = starters.filter((_, index) => attempts[index]?.held);
    const others = attempts.filter(({ held }) => !held);
    expect(winners).toHaveLength(1);
    expect(others.map(({ holder }) => holder?.pid)).toEqual(others.map(() => winners[0]?.pid));
    await Promise.all(starters.map((starter) => starter[Symbol.asyncDispose]()));
  });

  test('hundreds that start at once in one process: one has it at every moment', async () => {
    using folder = new Folder();
    let holders = 0;
    let turns = 0;
    const useOnce = async (): Promise<void> => {
      const lock = await take(folder.path).catch(() => undefined);
      if (lock === undefined) return;
      holders += 1;
      turns += 1;
      expect(holders).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
      await lock.release();
    };

    await Promise.all(
      Array.from({ length: 200 }, async () => {
        for (let round = 0; round < 5; round++) await useOnce();
      }),
    );

    expect(turns).toBeGreaterThan(0);
  });

  test('withdraws where others were quicker by more than one turn while it looked', async () => {
    using folder = new Folder();
    using elsewhere = new Folder();
    for (const name of ['lock.1', 'lock.2']) writeFileSync(elsewhere.at(name), '');
    const holder = await take(elsewhere.path);
    writeFileSync(folder.at('lock.1'), '');
    // Its deadline is set while it asks who holds the first lock: by then the third one is held.
    const clock: Clock = {
      ...systemClock,
      after: (ms, then) => {
        rmSync(folder.at('lock.1'), { force: true });
        if (existsSync(elsewhere.at('lock.3')))
          renameSync(elsewhere.at('lock.3'), folder.at('lock.3'));
        return systemClock.after(ms, then);
      },
    };

    const late = DirectoryLock.take(folder.path, clock);

    await expect(late).rejects.toMatchObject({ holder: { pid: process.pid } });
    expect(readdirSync(folder.path)).toEqual(['lock.3']);
    await holder.release();
  });

  test('works in a directory whose path is longer than the address of a socket', async () => {
    using folder = new Folder();
    const path = folder.at('d'.repeat(120), 'e'.repeat(120));
    mkdirSync(path, { recursive: true });
    await using holder = new HoldingProcess(path);

    expect(await holder.attempt).toEqual({ held: true });
    await expect(take(path)).rejects.toMatchObject({ holder: { pid: holder.pid } });
  });

  test('tidies away what starters that were killed left, and nothing else', async () => {
    using folder = new Folder();
    for (const name of ['candidate.0123456789abcdef', 'candidate.mine', 'lock.txt', 'lock.3'])
      writeFileSync(folder.at(name), '');

    const lock = await take(folder.path);

    expect(readdirSync(folder.path)).toEqual(['candidate.mine', 'lock.3', 'lock.4', 'lock.txt']);
    await lock.release();
  });
});
