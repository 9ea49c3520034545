const longestName = 255;
const longestTagName = 64;
const longestTagValue = 255;

/** A metric's name. One that is too long loses its beginning: its end says more. */
export function metricName(text: string): string {
  return text.replace(/[^A-Za-z0-9.:_-]/g, '_').slice(-longestName) || '_';
}

/** A source. `all` means every source to the service. */
export function sourceName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9.:_-]/g, '_').slice(0, longestName) || '_';
  return name.toLowerCase() === 'all' ? `${name}_` : name;
}

/** A tag's name, in lower case as the service keeps it. Empty where nothing is left of it. */
export function tagName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9.:_-]/g, '_')
    .slice(0, longestTagName);
}

/** A tag's value, in lower case as the service keeps it. Empty where nothing is left of it. */
export function tagValue(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9.:_?\\/ -]/g, '_')
    .slice(0, longestTagValue);
}

// "exponent > 1e126: the whole request is refused; < 1e-130: truncated to 0".
const largest = 1e126;
const smallest = 1e-130;

/** The value as the service takes it. Undefined where it takes none. */
export function pointValue(value: number): number | undefined {
  if (!Number.isFinite(value) || Math.abs(value) > largest) return undefined;
  return Math.abs(value) < smallest ? 0 : value;
}
