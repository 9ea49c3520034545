import { type RecordKind, Secret, type SinkContext } from '@tallyman/sdk';

/** The token for each kind that has one. */
export type Tokens = Readonly<Partial<Record<RecordKind, Secret>>>;

const kinds: readonly RecordKind[] = ['log', 'stat', 'event'];
const wellFormed = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** The sink's tokens. Throws on one that is none: the service would take its lines and throw them away without a word. */
export function tokensOf(context: SinkContext): Tokens {
  const tokens: Partial<Record<RecordKind, Secret>> = {};
  for (const kind of kinds) {
    const token = context.token(kind)?.reveal().toLowerCase();
    if (token === undefined) continue;
    if (!wellFormed.test(token))
      throw new Error(
        `the token for ${kind}s is not a Logentries token (a UUID: 8-4-4-4-12 hexadecimal digits); copy it from the log's settings`,
      );
    tokens[kind] = new Secret(token);
  }
  return tokens;
}
