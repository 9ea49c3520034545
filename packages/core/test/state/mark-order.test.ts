import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantOf } from '../../src/decode/instant.ts';
import type { LogMark } from '../../src/decode/mark.ts';
import { type PassedLine, PositionTracker } from '../../src/decode/resume.ts';
import { markOrder } from '../../src/state/mark-order.ts';
import { idOf } from './marks.ts';

const web = { containerId: idOf(1), name: 'web' };

/** A log of so many milliseconds from line to line, also backwards, and its mark after each line. */
function marksAlong(lines: readonly { readonly stepMs: number; readonly isStdout: boolean }[]) {
  const tracker = new PositionTracker(undefined);
  let timeMs = Date.UTC(2026, 10, 22);
  return lines.map(({ stepMs, isStdout }, index): LogMark => {
    timeMs += stepMs;
    const time = new Date(timeMs).toISOString().replace('Z', '000000Z');
    const line: PassedLine = {
      ...instantOf(time),
      // Of lines of equal time the later one has the higher ordinal.
      ordinal: index,
      isTerminated: true,
    };
    tracker.passed(isStdout ? 'stdout' : 'stderr', line, false);
    const { position } = tracker;
    return { ...web, ...(position && { position }) };
  });
}

const log = fc.array(
  fc.record({ stepMs: fc.integer({ min: -3, max: 10 }), isStdout: fc.boolean() }),
  {
    minLength: 2,
    maxLength: 30,
  },
);

test('a mark later in the log is never taken for an earlier one, though times run backwards', () => {
  fc.assert(
    fc.property(log, fc.nat(), fc.nat(), (lines, one, other) => {
      const marks = marksAlong(lines);
      const [early = 0, late = 0] = [one % lines.length, other % lines.length].sort(
        (a, b) => a - b,
      );
      const [earlier, later] = [marks[early], marks[late]];
      if (!earlier || !later) throw new Error('picking two marks: they are not there');

      expect(early === late ? ['same'] : ['further', 'unknown']).toContain(
        markOrder(later, earlier),
      );
      expect(early === late ? ['same'] : ['behind', 'unknown']).toContain(
        markOrder(earlier, later),
      );
    }),
  );
});

test('lines whose times run forward are told apart', () => {
  const [first, second] = marksAlong([
    { stepMs: 1, isStdout: true },
    { stepMs: 1, isStdout: false },
  ]);
  if (!first || !second) throw new Error('picking two marks: they are not there');

  expect(markOrder(second, first)).toBe('further');
  expect(markOrder(first, second)).toBe('behind');
});

test('the end of a run is further than its last line, and than the ends of earlier runs', () => {
  const [mark] = marksAlong([{ stepMs: 1, isStdout: true }]);
  if (!mark) throw new Error('picking a mark: it is not there');
  const ended = { ...mark, ended: '2026-11-22T10:00:01.000000000Z' };

  expect(markOrder(ended, mark)).toBe('further');
  expect(markOrder(mark, ended)).toBe('behind');
  expect(markOrder({ ...mark, ended: '2026-11-22T10:00:02.000000000Z' }, ended)).toBe('further');
  expect(markOrder(web, web)).toBe('same');
});
