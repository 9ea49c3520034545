/** The lines `line FROM` to `line TO - 1`. */
export function numbered(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, n) => `line ${from + n}`);
}

/** What a container prints for these lines. */
export function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
