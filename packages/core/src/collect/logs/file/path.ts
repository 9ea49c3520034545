import { join } from 'node:path';
import type { LogSyntax } from '../../../decode/log-form.ts';
import type { LogOwner } from '../store.ts';

/** Where the engine keeps the log of a container, and how it writes it. */
export interface LogPath {
  /** The file that is written to. Older ones lie beside it, as `FILE.1` or `FILE.1.gz`, the youngest first. */
  readonly path: string;
  /** The container's own folder. */
  readonly root: string;
  readonly syntax: LogSyntax;
}

const wholeId = /^[0-9a-f]{64}$/;

/**
 * The log's place under the engine's root directory (`DockerRootDir`), nothing where its driver keeps none that can
 * be read (moby daemon/logs.go, daemon/logger/jsonfilelog and local).
 */
export function logPathOf(
  root: string,
  { id, logDriver }: Pick<LogOwner, 'id' | 'logDriver'>,
): LogPath | undefined {
  if (!wholeId.test(id)) return undefined;
  const folder = join(root, 'containers', id);
  if (logDriver === 'json-file')
    return { path: join(folder, `${id}-json.log`), root: folder, syntax: 'json-file' };
  if (logDriver === 'local')
    return { path: join(folder, 'local-logs', 'container.log'), root: folder, syntax: 'local' };
  return undefined;
}
