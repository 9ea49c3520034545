import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { DamagedLogError } from '../../../src/collect/logs/end-check.ts';
import {
  SilenceWatch,
  type SilenceWatchSettings,
  SilentConnectionError,
} from '../../../src/collect/logs/silence.ts';

const [early, late] = ['2026-11-21T19:10:15.000000000Z', '2026-11-21T19:10:16.000000000Z'];
const minutes = (count: number) => count * 60_000;

/** A watch over a connection that brought lines up to `early`. */
function watching(more: Partial<SilenceWatchSettings> = {}) {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const log = { newest: early };
  const watch = new SilenceWatch({
    clock,
    random: () => 0,
    isFollowing: true,
    expectsLine: () => false,
    missing: () => new DamagedLogError('the known line does not come'),
    newestHeard: () => early,
    newestThere: async () => {
      asked.push(clock.monotonicMs());
      return log.newest;
    },
    said: () => {},
    signal: new AbortController().signal,
    ...more,
  });
  watch.start();
  return { watch, clock, asked, log };
}

describe('a connection that is silent', () => {
  test('is left alone while the log has nothing new: the engine is asked for its last line, soon, then now and then', async () => {
    const { watch, clock, asked } = watching();

    await clock.advance(minutes(16));

    expect(asked.map((ms) => ms / 1_000)).toEqual([20, 320, 620, 920]);
    expect(watch.reason).toBeUndefined();
  });

  test('is given up once the log has a line that did not come, also not while the engine was asked', async () => {
    const { watch, clock, log } = watching();
    log.newest = late;

    await clock.advance(20_000);
    expect(watch.reason).toBeUndefined();
    await clock.advance(1_000);

    expect(watch.reason).toBeInstanceOf(SilentConnectionError);
    expect(watch.signal.aborted).toBe(true);
  });

  test('is kept where the line comes a moment later', async () => {
    const { watch, clock, log } = watching();
    log.newest = late;

    await clock.advance(20_000);
    watch.hear();
    await clock.advance(1_000);

    expect(watch.reason).toBeUndefined();
  });

  test('is not asked about while it brings something', async () => {
    const { watch, clock, asked } = watching();

    await clock.advance(20_000);
    for (let minute = 0; minute < 12; minute++) {
      await clock.advance(minutes(1));
      watch.hear();
    }

    expect(asked).toHaveLength(1);
  });

  test('is not asked about while nothing is read from it', async () => {
    const { watch, clock, asked } = watching();
    const pause = Promise.withResolvers<void>();

    watch.pausedUntil(pause.promise);
    await clock.advance(minutes(20));
    expect(asked).toEqual([]);
    pause.resolve();
    await clock.advance(minutes(5));

    expect(asked).toHaveLength(1);
  });

  test('and does not bring even the line that is known is given up within seconds: its place is lost', async () => {
    const { watch, clock, log } = watching({ expectsLine: () => true, newestHeard: () => '' });

    await clock.advance(6_000);
    expect(watch.reason).toBeInstanceOf(DamagedLogError);

    const empty = watching({ expectsLine: () => true, newestHeard: () => '' });
    empty.log.newest = '';
    await empty.clock.advance(6_000);
    expect(empty.watch.reason).toBeUndefined();
    expect(log.newest).toBe(early);
  });

  test('and does not bring the line that is known, but a younger one, is given up too', async () => {
    const { watch, clock } = watching({ expectsLine: () => true, newestHeard: () => late });

    await clock.advance(6_000);

    expect(watch.reason).toBeInstanceOf(DamagedLogError);
  });

  test('is given up within seconds, too, where a line becomes known to be there only later', async () => {
    let isKnown = false;
    const { watch, clock } = watching({ expectsLine: () => isKnown });
    const asking = Promise.withResolvers<void>();

    await clock.advance(minutes(1));
    watch.pausedUntil(asking.promise);
    isKnown = true;
    asking.resolve();
    await clock.advance(6_000);

    expect(watch.reason).toBeInstanceOf(DamagedLogError);
  });

  test('stays, where the engine does not answer; it is asked again later', async () => {
    let failures = 0;
    const { watch, clock } = watching({
      newestThere: () => Promise.reject(new Error('busy')),
      said: () => failures++,
    });

    await clock.advance(minutes(6));

    expect([failures, watch.reason]).toEqual([2, undefined]);
  });

  test('is no matter where the answer is not to go on', async () => {
    const { watch, clock, asked } = watching({ isFollowing: false });

    await clock.advance(minutes(60));

    expect([asked, watch.reason]).toEqual([[], undefined]);
  });

  test('is watched no longer than it lasts', async () => {
    const { watch, clock, asked } = watching();

    watch.stop();
    await clock.advance(minutes(60));

    expect(asked).toEqual([]);
  });
});
