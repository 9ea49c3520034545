/** What a sink may be called, by file, manifest and definition alike. */
export const sinkNameRule = 'a name has lower-case letters, digits and "-", such as my-sink';

/** Whether a sink may be called so. */
export function isSinkName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]*$/.test(text);
}
