/** By what containers can be sorted, in the order of their columns. */
export const sortKeys = [
  'name',
  'cpu',
  'memory',
  'net',
  'block',
  'pids',
  'lines',
  'bytes',
] as const;

export type SortKey = (typeof sortKeys)[number];

/** As the configuration calls the kinds of records. */
export const tapKinds = ['logs', 'stats', 'events'] as const;

export type TapKind = (typeof tapKinds)[number];

/** Those of the stdout sink, and `raw`: messages alone. */
export const tapFormats = ['pretty', 'json', 'logfmt', 'raw'] as const;

export type TapFormat = (typeof tapFormats)[number];
