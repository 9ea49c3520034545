import { limitOf, objectOf, optional, textMapOf } from './json.ts';

/** What the `HostConfig` of a container says of how it is run, none of which is on a record. */
export interface HostConfigDetails {
  /** `--log-opt`, those of the daemon included (moby daemon/logs.go, mergeAndVerifyLogConfig). */
  readonly logOptions: Readonly<Record<string, string>>;
  /** `--memory`; absent where there is no limit. */
  readonly memoryLimitBytes?: number;
}

/** Reads the answer of `GET /containers/{id}/json`. */
export function hostConfigFrom(inspect: unknown): HostConfigDetails {
  const host = objectOf(objectOf(inspect).HostConfig);
  return {
    logOptions: textMapOf(objectOf(host.LogConfig).Config),
    ...optional({ memoryLimitBytes: limitOf(host.Memory) }),
  };
}
