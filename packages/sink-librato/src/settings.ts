import { type Naming, namingFor } from './naming.ts';
import { type LibratoOptions, type TagName, tagNames } from './options.ts';

/** The options with what follows from them. */
export interface LibratoSettings {
  readonly url: string;
  readonly email: string | undefined;
  readonly api: 'measurements' | 'metrics';
  readonly naming: Naming;
  readonly periodSeconds: number;
  readonly maxAgeMs: number;
  readonly gzip: boolean;
  readonly tags: readonly TagName[];
  readonly annotationStream: string;
  /** Points in a request: the service recommends 300 to the older API, clients send 500 to the other. */
  readonly mostPoints: number;
}

export function settingsFrom(options: LibratoOptions): LibratoSettings {
  const api = options.api ?? (options.naming === 'docker-librato' ? 'metrics' : 'measurements');
  return {
    url: options.url,
    email: options.email,
    api,
    naming: namingFor(options),
    periodSeconds: Math.max(1, Math.round(options.period / 1_000)),
    maxAgeMs: options.max_age,
    gzip: options.gzip ?? api === 'measurements',
    tags: tagNames.filter((name) => options.tags.includes(name)),
    annotationStream: options.annotations,
    mostPoints: api === 'measurements' ? 500 : 300,
  };
}
