import type { RecordKind } from '@tallyman/sdk';

const words: Readonly<Record<RecordKind, string>> = {
  stat: 'tokens.stats',
  log: 'tokens.logs',
  event: 'tokens.events',
};

/** Where the configuration has the token of a kind. */
export function tokenOptionOf(kind: RecordKind): string {
  return `${words[kind]} or token`;
}
