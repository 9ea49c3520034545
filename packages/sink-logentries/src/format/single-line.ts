const lineSeparator = '\u2028';
const replacement = '\ufffd';
const suspect = /[\n\r\0]/;

/**
 * The text on one line, as the service wants it: line breaks become U+2028, a carriage return at the end goes,
 * NUL becomes U+FFFD.
 */
export function singleLine(text: string): string {
  if (!suspect.test(text)) return text;
  return text
    .replace(/\r+$/, '')
    .replace(/\r\n|\n|\r/g, lineSeparator)
    .replaceAll('\0', replacement);
}
