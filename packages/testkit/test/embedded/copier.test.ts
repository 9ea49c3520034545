import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asText, Copier } from '../../src/embedded/copier.ts';

const json = { bytes: 'as-text', newlineAfterPieces: 'kept' } as const;

interface Entry {
  readonly payload: string;
  readonly timeNanos: bigint;
}

/** The entries of a log to which these pieces were written; the clock counts its readings. */
function entriesOf(pieces: readonly Uint8Array[]): readonly Entry[] {
  const entries: Entry[] = [];
  let readings = 0n;
  const copier = new Copier(
    () => readings++,
    json,
    (payload, timeNanos) => entries.push({ payload: payload.toString('latin1'), timeNanos }),
  );
  for (const piece of pieces) copier.write(piece);
  copier.end();
  return entries;
}

describe('the copier', () => {
  test('cuts the same entries however the output is cut into writes', () => {
    const line = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.integer({ min: 16_380, max: 33_000 }).map((length) => new Uint8Array(length).fill(97)),
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 4 }),
        fc.array(fc.nat(40_000), { maxLength: 5 }),
        (lines, at) => {
          const output = Buffer.concat(lines.flatMap((each) => [each, Buffer.from('\n')]));
          const cuts = [
            0,
            ...at.filter((cut) => cut < output.length).sort((a, b) => a - b),
            output.length,
          ];
          const pieces = cuts.slice(1).map((cut, index) => output.subarray(cuts[index], cut));

          expect(entriesOf(pieces)).toEqual(entriesOf([output]));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('all pieces of a line carry the time of the first', () => {
    const entries = entriesOf([Buffer.from(`${'a'.repeat(40_000)}\nnext\n`)]);

    expect(entries.map(({ timeNanos }) => timeNanos)).toEqual([0n, 0n, 0n, 1n]);
    expect(entries.map(({ payload }) => payload.length)).toEqual([16_384, 16_384, 7_233, 5]);
  });

  test.each([
    ['a lone byte', '\xe9', '\ufffd'],
    ['two of the three bytes of a character: one each', '\xe2\x82', '\ufffd\ufffd'],
    ['a surrogate', '\xed\xa0\x80', '\ufffd\ufffd\ufffd'],
    ['an overlong form', '\xc0\x80', '\ufffd\ufffd'],
    ['what is valid', '\xe2\x82\xac ok', '€ ok'],
  ])('text has a U+FFFD for every byte that is none: %s', (_, bytes, text) => {
    expect(asText(Buffer.from(bytes, 'latin1')).toString('utf8')).toBe(text);
  });
});
