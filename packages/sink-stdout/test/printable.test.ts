import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { printable, printableJson } from '../src/index.ts';

const dangerous = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u;

test.each([
  ['a colour sequence', 'a\x1b[31mred', 'a\\x1b[31mred'],
  ['a carriage return that would overwrite the line', 'safe\revil', 'safe\\revil'],
  ['line feeds and tabs', 'a\n\tb', 'a\\n\\tb'],
  ['DEL and the C1 form of ESC [', '\x7f\x9b2J', '\\x7f\\x9b2J'],
  ['a bidirectional override', 'user\u202e txt.exe', 'user\\u202e txt.exe'],
  ['line and paragraph separators', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
  ['half a surrogate pair', 'a\ud83d!', 'a\\ud83d!'],
])('shows %s instead of obeying it', (_what, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('leaves letters of all scripts and emoji as they are', () => {
  const text = 'Grüße, 世界, مرحبا, 👩‍🚀 – ¡olé!';

  expect(printable(text)).toBe(text);
});

test('lets no control character through, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(dangerous);
    }),
  );
});

test('escapes JSON without changing what it means', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = printableJson(JSON.stringify({ text }));

      expect(json).not.toMatch(dangerous);
      expect(JSON.parse(json)).toEqual({ text });
    }),
  );
});
