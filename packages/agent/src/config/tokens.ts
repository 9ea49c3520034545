import type { RecordKind, Secret, SinkDefinition } from '@tallyman/sdk';
import { under } from './pointer.ts';
import type { Report } from './report.ts';

/** The words of the file for the kinds of records. */
export const kindWords = { log: 'logs', stat: 'stats', event: 'events' } as const;

/** One of {@link kindWords}. */
export type KindWord = (typeof kindWords)[RecordKind];

/** All kinds, in the order in which they are named. */
export const kinds: readonly RecordKind[] = ['log', 'stat', 'event'];

interface WrittenTokens {
  readonly token?: Secret;
  readonly tokens: Readonly<Partial<Record<KindWord, Secret>>>;
  readonly match: { readonly kinds?: readonly KindWord[] };
}

/** What a sink is sent, and with which tokens. */
export interface Admission {
  readonly kinds: readonly RecordKind[];
  readonly tokens: Readonly<Partial<Record<RecordKind, Secret>>>;
  /** Wanted, and not sent for want of a token. */
  readonly tokenless: readonly RecordKind[];
  readonly notes: readonly string[];
}

/** Weighs what a sink accepts, what the file wants sent and the tokens there are. */
export function admissionTo(
  name: string,
  definition: SinkDefinition,
  written: WrittenTokens,
  report: Report,
): Admission {
  const pointer = under('/sinks', name);
  const wanted = wantedKinds(pointer, definition, written, report);
  const tokens: Partial<Record<RecordKind, Secret>> = {};
  for (const kind of kinds) {
    const token = written.tokens[kindWords[kind]] ?? written.token;
    if (token !== undefined) tokens[kind] = token;
  }
  if (definition.token === 'none') refuseTokens(pointer, definition, written, report);
  if (definition.token !== 'required') return { kinds: wanted, tokens, tokenless: [], notes: [] };

  const admitted = wanted.filter((kind) => tokens[kind] !== undefined);
  if (Object.keys(tokens).length === 0)
    report.atKey(
      under(pointer, 'token'),
      'token',
      `is required: ${definition.type} needs a token; write token, or tokens.KIND for single kinds`,
    );
  else if (admitted.length === 0 && wanted.length > 0)
    report.atKey(
      under(pointer, 'tokens'),
      'token',
      `there is no token for what this sink is sent (${wordsOf(wanted)})`,
    );
  const missing = wanted.filter((kind) => !admitted.includes(kind));
  const notes = missing.map(
    (kind) => `sinks.${name}: no token for ${kindWords[kind]}, so they are not sent to it`,
  );
  return { kinds: admitted, tokens, tokenless: missing, notes };
}

function wantedKinds(
  pointer: string,
  { type, accepts }: SinkDefinition,
  { match }: WrittenTokens,
  report: Report,
): readonly RecordKind[] {
  const accepted = kinds.filter((kind) => accepts.includes(kind));
  match.kinds?.forEach((word, index) => {
    if (accepted.some((kind) => kindWords[kind] === word)) return;
    const at = under(pointer, 'match', 'kinds', index);
    report.atValue(
      at,
      'contradiction',
      `${type} does not accept ${word}; it accepts ${wordsOf(accepted)}`,
    );
  });
  return accepted.filter((kind) => match.kinds?.includes(kindWords[kind]) ?? true);
}

function refuseTokens(
  pointer: string,
  { type }: SinkDefinition,
  { token, tokens }: WrittenTokens,
  report: Report,
): void {
  const message = `${type} takes no token; remove it`;
  if (token !== undefined) report.atKey(under(pointer, 'token'), 'token', message);
  for (const word of Object.keys(tokens))
    report.atKey(under(pointer, 'tokens', word), 'token', message);
}

function wordsOf(some: readonly RecordKind[]): string {
  return some.map((kind) => kindWords[kind]).join(', ');
}
