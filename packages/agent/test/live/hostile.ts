import fc from 'fast-check';

/** What may not reach a terminal: controls, line ends, bidi and other invisible characters, half surrogates. */
export const harmful =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

/** Clears the screen, sets the title, rings, goes back to the line's start; C1, bidi, wide and joined characters. */
export const hostile =
  '\u001b[2J\u001b]0;owned\u0007\rfake\u009b31m\u202e\u2028名前e\u0301👨‍👩‍👧\n"quoted"';

const parts = fc.constantFrom(
  hostile,
  '\u001b[31m',
  '\u001b]8;;http://x\u0007',
  '\u0000',
  '\u0085',
  '\u200d',
  '\ufe0f',
  '\u0301',
  '\ud800',
  '\udc00',
  '名',
  'ｶﾞ',
  '👍🏽',
  '🇩🇪',
  '한글',
  '\u1100\u1161',
  'ไม่',
  'हिन्दी',
  '…',
  '~',
);

/** Any text, with more of what is difficult than chance would have. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(parts, fc.string({ unit: 'binary' }), fc.string()), { maxLength: 8 })
  .map((texts) => texts.join(''));
