import { printable } from '@tallyman/sink-stdout';
import stringWidth from 'string-width';

// What no line needs more of: one mebibyte of text is not looked at to show eighty columns of it.
const longestText = 4_096;
// A terminal takes any number of marks on one letter, in code points.
const longestCharacter = 16;

// They join what stands beside them into one picture, or choose its look. Terminals disagree on the width of what
// comes out; without them the parts stand side by side, on which all agree.
const joining = /\u200d|\p{Variation_Selector}/gu;
// Soft hyphens, zero width spaces, tags, fillers: two names must not look the same and be different.
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const plainAscii = /^[ -~]*$/;

const characters = new Intl.Segmenter();

/**
 * Text that cannot act on a terminal, for one line of it: whatever moves a cursor, ends a line, turns the reading
 * direction or has no looks is shown as an escape. Of a very long text only the beginning.
 */
export function visible(text: string): string {
  const head = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  if (plainAscii.test(head)) return head;
  const shown = printable(head).replace(joining, '').replace(invisible, escaped);
  return charactersOf(shown).join('');
}

/** How many columns of a terminal the text takes. The text has to be {@link visible}. */
export function widthOf(text: string): number {
  return plainAscii.test(text) ? text.length : stringWidth(text);
}

/** As much of a visible text as fits into the columns, with `…` in place of the rest. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns <= 0) return '';
  let taken = '';
  let left = columns - 1;
  for (const character of charactersOf(text)) {
    const width = widthOf(character);
    if (width > left) break;
    taken += character;
    left -= width;
  }
  return `${taken}…`;
}

/** A visible text in exactly so many columns. */
export function fitted(text: string, columns: number, align: 'left' | 'right'): string {
  const shown = cut(text, columns);
  const space = ' '.repeat(Math.max(0, columns - widthOf(shown)));
  return align === 'left' ? shown + space : space + shown;
}

/** What a reader takes for one character: a letter with its marks. */
function charactersOf(text: string): readonly string[] {
  return Array.from(characters.segment(text), ({ segment }) =>
    segment.length <= longestCharacter
      ? segment
      : Array.from(segment).slice(0, longestCharacter).join(''),
  );
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
