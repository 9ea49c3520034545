import { expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { Saver } from '../../src/state/saver.ts';

/** A saver whose saves end when they are told to. */
function scripted() {
  const clock = new VirtualClock();
  const saves: PromiseWithResolvers<void>[] = [];
  const said: string[] = [];
  const saver = new Saver({
    clock,
    save: () => {
      const save = Promise.withResolvers<void>();
      saves.push(save);
      return save.promise;
    },
    failed: (error) => said.push(String(error)),
    recovered: () => said.push('recovered'),
  });
  return { clock, saves, said, saver };
}

test('saves a second after the first change, once for all changes', async () => {
  const { clock, saves, saver } = scripted();

  saver.changed();
  await clock.advance(999);
  saver.changed();
  const before = saves.length;
  await clock.advance(1);

  expect([before, saves.length]).toEqual([0, 1]);
});

test('saves nothing where nothing changes', async () => {
  const { clock, saves, saver } = scripted();

  await clock.advance(10_000);
  await saver.close();

  expect(saves).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('what changes during a save is saved after it: never two at once', async () => {
  const { clock, saves, saver } = scripted();
  saver.changed();
  await clock.advance(1_000);

  saver.changed();
  await clock.advance(5_000);
  const during = saves.length;
  saves[0]?.resolve();
  await clock.advance(0);

  expect([during, saves.length]).toEqual([1, 2]);
});

test('a disk that fails is said once, tried every second, and its recovery said once', async () => {
  const { clock, saves, said, saver } = scripted();
  saver.changed();

  for (let turn = 0; turn < 3; turn++) {
    await clock.advance(1_000);
    saves[turn]?.reject(new Error('ENOSPC'));
    await clock.settle();
  }
  await clock.advance(1_000);
  saves[3]?.resolve();
  await clock.advance(5_000);

  expect(saves).toHaveLength(4);
  expect(said).toEqual(['Error: ENOSPC', 'recovered']);
});

test('at the end it waits for the save under way and saves what came after', async () => {
  const { clock, saves, saver } = scripted();
  saver.changed();
  await clock.advance(1_000);
  saver.changed();

  let isClosed = false;
  const closing = saver.close().then(() => {
    isClosed = true;
  });
  saves[0]?.resolve();
  await clock.settle();
  const wasClosed = isClosed;
  saves[1]?.resolve();
  await closing;

  expect([wasClosed, isClosed, saves.length]).toEqual([false, true, 2]);
});

test('an end on a disk that fails is an end', async () => {
  const { clock, saves, said, saver } = scripted();
  saver.changed();

  const closing = saver.close();
  saves[0]?.reject(new Error('EIO'));
  await closing;
  await clock.advance(10_000);

  expect(saves).toHaveLength(1);
  expect(said).toEqual(['Error: EIO']);
});
