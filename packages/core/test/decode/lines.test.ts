import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Instant, instantOf } from '../../src/decode/instant.ts';
import { type Line, LineAssembler } from '../../src/decode/lines.ts';
import { timeAt } from './bytes.ts';

function assembled(
  pieces: readonly (readonly [time: string, text: string])[],
  maxLineBytes = 1_000_000,
): { lines: Line[]; assembler: LineAssembler } {
  const lines: Line[] = [];
  const assembler = new LineAssembler(maxLineBytes, (line) => lines.push({ ...line }));
  for (const [time, text] of pieces) {
    const bytes = Buffer.from(text);
    assembler.piece(instantOf(time), bytes, 0, bytes.length);
  }
  return { lines, assembler };
}

const texts = (lines: readonly Line[]) =>
  lines.map(({ bytes, start, end }) => bytes.toString('utf8', start, end));

describe('line assembly', () => {
  test('joins pieces of equal time and keeps empty lines', () => {
    const { lines } = assembled([
      [timeAt(1), 'one '],
      [timeAt(1), 'line\n'],
      [timeAt(2), '\n'],
      [timeAt(3), 'last\n'],
    ]);

    expect(texts(lines)).toEqual(['one line', '', 'last']);
  });

  test('a piece of another time ends a line that has no line ending', () => {
    const { lines } = assembled([
      [timeAt(1), 'cut short'],
      [timeAt(2), 'next\n'],
    ]);

    expect(texts(lines)).toEqual(['cut short', 'next']);
    expect(lines.map(({ isTerminated }) => isTerminated)).toEqual([false, true]);
  });

  test('tells of a line that a piece comes for which it has already', () => {
    const told: Instant[] = [];
    const assembler = new LineAssembler(
      1_000_000,
      () => {},
      () => {},
      ({ seconds, nanos }) => told.push({ seconds, nanos }),
    );
    const [one, other] = ['a', 'b'].map((text) => Buffer.from(text.repeat(16_384)));
    const take = (nanos: number, ...pieces: (Buffer | undefined)[]) => {
      for (const piece of pieces)
        if (piece) assembler.piece(instantOf(timeAt(nanos)), piece, 0, piece.length);
    };

    take(1, one, other, Buffer.from('\n'));
    take(2, other, one, other, Buffer.from('\n'));
    take(3, other, Buffer.from('bbb\n'), one, Buffer.from('aaa'), Buffer.from('aaa\n'));

    expect(told).toEqual([instantOf(timeAt(2))]);
  });

  test('keeps an unfinished line until it is told that nothing follows', () => {
    const { lines, assembler } = assembled([[timeAt(1), 'unfinished']]);

    expect(lines).toEqual([]);
    assembler.flush();

    expect(texts(lines)).toEqual(['unfinished']);
    expect(assembler.open).toBeUndefined();
  });

  test('numbers the lines of equal time by their first pieces', () => {
    const { lines } = assembled([
      [timeAt(1), 'a\n'],
      [timeAt(1), 'b'],
      [timeAt(1), 'b\n'],
      [timeAt(1), 'c\n'],
      [timeAt(2), 'd\n'],
    ]);

    expect(lines.map(({ ordinal }) => ordinal)).toEqual([0, 1, 3, 0]);
  });

  test('cuts a line at the limit, between two characters, and says so', () => {
    const { lines } = assembled(
      [
        [timeAt(1), 'aé'],
        [timeAt(1), 'é and more'],
        [timeAt(1), ' and the end\n'],
        [timeAt(2), 'short\n'],
      ],
      4,
    );

    expect(texts(lines)).toEqual(['aé', 'shor']);
    expect(lines.map(({ truncated }) => truncated)).toEqual([true, true]);
  });

  test('gives back any lines, however they were cut into pieces', () => {
    const anyLine = fc.string({
      unit: fc.constantFrom('a', 'é', '€', '\u{1f600}', '\0', '\r', ' '),
    });
    fc.assert(
      fc.property(fc.array(anyLine), fc.integer({ min: 1, max: 7 }), (wanted, pieceBytes) => {
        const lines: Line[] = [];
        const assembler = new LineAssembler(1_000, (line) => lines.push({ ...line }));
        wanted.forEach((text, index) => {
          const bytes = Buffer.from(`${text}\n`);
          for (let at = 0; at < bytes.length; at += pieceBytes)
            assembler.piece(
              instantOf(timeAt(index)),
              bytes,
              at,
              Math.min(bytes.length, at + pieceBytes),
            );
        });

        expect(texts(lines)).toEqual(wanted);
        expect(lines.every(({ truncated }) => !truncated)).toBe(true);
      }),
    );
  });
});
