/** What is wrong with lines that arrived: the first few of each kind, cut short, and how many there are. */
export interface Comparison {
  readonly missing: readonly string[];
  readonly repeated: readonly string[];
  /** Never printed. */
  readonly spurious: readonly string[];
  /** Arrived for the first time behind a line that was printed after it. */
  readonly disordered: readonly string[];
}

export const sound: Comparison = { missing: [], repeated: [], spurious: [], disordered: [] };

const shown = 5;

/** Compares lines with what was printed, of which no two may be equal: a list of 100,000 differences helps nobody. */
export function compared(arrived: readonly string[], printed: readonly string[]): Comparison {
  const places = new Map(printed.map((line, place) => [line, place]));
  if (places.size < printed.length)
    throw new Error('comparing lines: some that were printed cannot be told from each other');
  const first = new Set<string>();
  const repeated: string[] = [];
  for (const line of arrived)
    if (first.has(line)) repeated.push(line);
    else first.add(line);
  const disordered: string[] = [];
  let furthest = -1;
  for (const line of first) {
    const place = places.get(line) ?? furthest;
    if (place < furthest) disordered.push(line);
    furthest = Math.max(furthest, place);
  }
  return {
    missing: summary(printed.filter((line) => !first.has(line))),
    repeated: summary(repeated),
    spurious: summary([...first].filter((line) => !places.has(line))),
    disordered: summary(disordered),
  };
}

function summary(lines: readonly string[]): readonly string[] {
  const more = lines.length > shown ? [`and more: ${lines.length} in all`] : [];
  return [...lines.slice(0, shown).map((line) => line.slice(0, 80)), ...more];
}
