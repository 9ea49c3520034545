import { expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { Attention, type Notice } from '../../../../src/collect/logs/file/attention.ts';
import { ReadTurns } from '../../../../src/collect/logs/file/turns.ts';
import type { Noticed } from '../../../../src/collect/logs/file/watches.ts';

/** One file among many, and the kernel that tells of it. */
function attentionTo(path: string, polling: 'allowed' | 'never' = 'allowed') {
  const clock = new VirtualClock();
  const turns = new ReadTurns(clock);
  const watchers = new Set<Noticed>();
  const watches = {
    watch: (_folder: string, noticed: Noticed) => {
      watchers.add(noticed);
      return { isTold: true, stop: () => void watchers.delete(noticed) };
    },
  };
  const notices: Notice[] = [];
  const settings = { watches, turns, polling, clock, random: () => 0.5 };
  const attention = new Attention(path, settings, (notice) => notices.push(notice));
  attention.begin();
  return {
    attention,
    clock,
    turns,
    notices,
    isWatched: () => watchers.size > 0,
    happens: (event: 'change' | 'rename', name: string) => {
      for (const noticed of watchers) noticed(event, name);
    },
    /** Many files change all the time. */
    becomeBusy: async () => {
      turns.changed(2_000);
      await clock.advance(1_000);
      turns.changed(1);
    },
  };
}

test('tells of changes and renames of its file, of no other in the folder, and has a look every second', async () => {
  const { happens, notices, clock } = attentionTo('/logs/a.log');

  happens('change', 'a.log');
  happens('rename', 'a.log');
  happens('change', 'b.log');
  await clock.advance(1_000);

  expect(notices).toEqual(['changed', 'renamed', 'suspect']);
});

test('stays with what it is told while few files change, however often this one does', () => {
  const { attention, happens, isWatched } = attentionTo('/logs/a.log');

  for (let change = 0; change < 100; change++) happens('change', 'a.log');

  expect(attention.wasRead(10_000)).toBe('as before');
  expect(isWatched()).toBe(true);
});

test('polls a file that changes often while many do, and looks after its name when nothing came', async () => {
  const { attention, happens, notices, isWatched, clock, becomeBusy } = attentionTo('/logs/a.log');
  await becomeBusy();
  happens('change', 'a.log');
  happens('change', 'a.log');
  expect(attention.wasRead(400)).toBe('polled from now on');
  expect(isWatched()).toBe(false);
  notices.length = 0;

  await clock.advance(100);
  attention.wasRead(400);
  await clock.advance(100);
  attention.wasRead(0);
  await clock.advance(100);

  expect(notices).toEqual(['polled', 'polled', 'polled suspect']);
});

test('is told again once polling was in vain three times', async () => {
  const { attention, happens, isWatched, notices, clock, becomeBusy } = attentionTo('/logs/a.log');
  await becomeBusy();
  happens('change', 'a.log');
  happens('change', 'a.log');
  attention.wasRead(400);

  expect([attention.wasRead(0), attention.wasRead(0)]).toEqual(['as before', 'as before']);
  expect(attention.wasRead(0)).toBe('watched again');
  expect(isWatched()).toBe(true);
  notices.length = 0;
  await clock.advance(300);
  expect(notices).toEqual([]);
});

test('is told again once few files change', async () => {
  const { attention, happens, turns, clock, becomeBusy } = attentionTo('/logs/a.log');
  await becomeBusy();
  happens('change', 'a.log');
  happens('change', 'a.log');
  attention.wasRead(400);

  await clock.advance(1_000);
  expect(attention.wasRead(200)).toBe('watched again');
  expect(turns.isBusy).toBe(false);
});

test('never polls a file that is deleted when it is full', async () => {
  const { attention, happens, isWatched, becomeBusy } = attentionTo('/logs/a.log', 'never');
  await becomeBusy();
  happens('change', 'a.log');
  happens('change', 'a.log');

  expect(attention.wasRead(400)).toBe('as before');
  expect(isWatched()).toBe(true);
});
