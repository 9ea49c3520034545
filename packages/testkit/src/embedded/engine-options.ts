import type { Clock } from '@tallyman/sdk';
import { isOlder } from './answer.ts';
import type { Chunking } from './chunking.ts';
import type { EndOfFollow, EngineIdentity } from './world.ts';

export interface EmbeddedEngineOptions {
  /** Default: `docker.sock` in a new temporary directory, which `close()` removes. */
  readonly socketPath?: string;
  /** Default `1.51`. Below 1.42 it behaves as Docker 20.10; from 1.52 on events have no legacy fields. */
  readonly apiVersion?: string;
  readonly minApiVersion?: string;
  readonly engineVersion?: string;
  readonly name?: string;
  readonly cgroup?: 'v1' | 'v2';
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly chunking?: Chunking;
  /** Default as the version: 20.10 mostly ends a follow without the unterminated rest. */
  readonly endOfFollow?: EndOfFollow;
  readonly clock?: Clock;
}

/** What the engine says of itself, with the defaults of its version. */
export function identityOf(options: EmbeddedEngineOptions): EngineIdentity {
  const apiVersion = options.apiVersion ?? '1.51';
  // Moby changed its log reader, among other things, for API 1.42 (Docker 23).
  const isOld = isOlder(apiVersion, '1.42');
  return {
    name: options.name ?? 'embedded',
    version: options.engineVersion ?? (isOld ? '20.10.24' : '28.5.2'),
    apiVersion,
    minApiVersion: options.minApiVersion ?? (isOld ? '1.12' : '1.24'),
    generation: isOld ? '20.10' : '28.5',
    endOfFollow: options.endOfFollow ?? (isOld ? 'without-unfinished' : 'complete'),
    host: {
      cgroup: options.cgroup ?? (isOld ? 'v1' : 'v2'),
      cpus: options.cpus ?? 2,
      memoryBytes: options.memoryBytes ?? 8 * 1024 ** 3,
    },
  };
}
