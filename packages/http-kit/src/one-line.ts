const longestCharacters = 200;

/** The beginning of a text that others wrote, without line breaks and control characters. */
export function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= longestCharacters ? line : `${line.slice(0, longestCharacters)}…`;
}
