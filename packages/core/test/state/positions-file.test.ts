import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { positionsFrom, printedPositions } from '../../src/state/positions-file.ts';
import { anyMarks, markAt } from './marks.ts';

const bornAt = '2026-11-22T09:00:00.000000000Z';

test('what is written is read as it was', () => {
  fc.assert(
    fc.property(fc.array(anyMarks, { maxLength: 5 }), (containers) => {
      expect(positionsFrom(printedPositions({ bornAt, containers }))).toEqual({
        bornAt,
        containers,
      });
    }),
  );
});

test('a file that is cut off anywhere is refused', () => {
  const text = printedPositions({ bornAt, containers: [{ delivered: markAt(1) }] });

  for (let length = 0; length < text.length - 1; length++)
    expect(() => positionsFrom(text.slice(0, length))).toThrow();
});

test('any other JSON is refused, or read whole: never half', () => {
  fc.assert(
    fc.property(fc.json(), fc.jsonValue(), (json, containers) => {
      const texts = [json, JSON.stringify({ version: 1, bornAt, containers })];
      for (const text of texts) {
        try {
          const read = positionsFrom(text);
          expect(JSON.parse(text)).toMatchObject({ version: 1, bornAt: read.bornAt });
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }
    }),
  );
});

test.each([
  ['{"version":2}', 'a newer version wrote it (format 2, this one reads 1)'],
  ['{}', 'it says no version'],
  ['[]', 'it says no version'],
  ['7', 'the file is no object'],
  [`{"version":1,"bornAt":"${bornAt}","containers":[{}]}`, 'a container has no mark'],
  [`{"version":1,"bornAt":"${bornAt}"}`, 'containers is no list'],
])('%s is refused: %s', (text, why) => {
  expect(() => positionsFrom(text)).toThrow(why);
});
