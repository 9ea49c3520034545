import {
  type Clock,
  encodeJsonArray,
  encodeJsonLines,
  isSinkError,
  partial,
  permanent,
  type RecordKind,
  retryable,
  Secret,
  type SinkContext,
  systemClock,
} from '@tallyman/sdk';

export const logsToken = '11111111-2222-3333-4444-555555555555';
export const statsToken = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
export const eventsToken = '99999999-8888-7777-6666-555555555555';
export const allTokens: readonly string[] = [logsToken, statsToken, eventsToken];

const tokens = { log: logsToken, stat: statsToken, event: eventsToken };

export interface Said {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

/** A context that remembers what the sink did with it. */
export function observedContext(changes: Partial<SinkContext> = {}, clock: Clock = systemClock) {
  const said: Said[] = [];
  const counts: Record<string, number> = {};
  const seen = { said, counts, progress: 0 };
  const at = (level: Said['level']) => (fields: object, message: string) => {
    said.push({ level, message, fields });
  };
  const context: SinkContext = {
    name: 'logentries',
    host: 'quay',
    version: '0.0.0',
    token: (kind: RecordKind) => new Secret(tokens[kind]),
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    clock,
    random: Math.random,
    progress: () => {
      seen.progress += 1;
    },
    count: (counter, amount) => {
      counts[counter] = (counts[counter] ?? 0) + amount;
    },
    sdk: { retryable, permanent, partial, isSinkError, encodeJsonLines, encodeJsonArray },
    ...changes,
  };
  return { context, seen };
}
