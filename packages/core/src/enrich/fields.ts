const prefix = 'tallyman.fields.';

/**
 * The static fields of a container's records: what its labels `tallyman.fields.KEY=VALUE` say, where labels
 * are heeded, and over that what the configuration says.
 */
export function fieldsOf(
  configured: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
  { labelOverrides }: { readonly labelOverrides: boolean },
): Readonly<Record<string, string>> {
  if (!labelOverrides) return configured;
  const own = Object.entries(labels)
    .filter(([key]) => key.startsWith(prefix) && key.length > prefix.length)
    .map(([key, value]) => [key.slice(prefix.length), value] as const);
  return own.length === 0 ? configured : { ...Object.fromEntries(own), ...configured };
}
