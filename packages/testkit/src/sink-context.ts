import { type SinkContext, sinkHelpers, systemClock } from '@tallyman/sdk';

/** What a sink said through its context. */
export interface Said {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

/** What a sink did with its context, up to date at every moment. */
export interface Seen {
  readonly said: readonly Said[];
  readonly counts: Readonly<Record<string, number>>;
  /** Reports of progress. */
  readonly progress: number;
}

/** A context for a sink under test that remembers what the sink did with it. It has no tokens unless `changes` bring some. */
export function observedContext(changes: Partial<SinkContext> = {}): {
  readonly context: SinkContext;
  readonly seen: Seen;
} {
  const said: Said[] = [];
  const counts: Record<string, number> = {};
  const seen = { said, counts, progress: 0 };
  const at = (level: Said['level']) => (fields: object, message: string) => {
    said.push({ level, message, fields });
  };
  const context: SinkContext = {
    name: 'under-test',
    host: 'quay',
    version: '0.0.0',
    token: () => undefined,
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    clock: systemClock,
    random: Math.random,
    progress: () => {
      seen.progress += 1;
    },
    count: (counter, amount) => {
      counts[counter] = (counts[counter] ?? 0) + amount;
    },
    sdk: sinkHelpers,
    ...changes,
  };
  return { context, seen };
}
