// Everything that moves a cursor, rings, colours, ends a line or turns the reading direction: C0, DEL and C1,
// U+2028 and U+2029, the bidirectional controls ("Trojan Source", CVE-2021-42574), and half surrogates.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

const short: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** The text with every character that could act on a terminal shown as an escape: `\t`, `\x1b`, `\u202e`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => short[character] ?? escaped(character));
}

/** JSON, or a part of it, with the same characters written as JSON's own escapes: its meaning does not change. */
export function printableJson(json: string): string {
  return json.replace(unprintable, (character) => `\\u${hexOf(character, 4)}`);
}

function escaped(character: string): string {
  return character <= '\xff' ? `\\x${hexOf(character, 2)}` : `\\u${hexOf(character, 4)}`;
}

function hexOf(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
