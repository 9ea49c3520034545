import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What an agent finds in its folder. `FOLDER` in any of it stands for the folder's path. */
export interface FolderOptions {
  /** The configuration; as text where its form matters. Without `engine`, `state`, `admin` and `sinks`: ours. */
  readonly config?: Readonly<Record<string, unknown>> | string;
  readonly socketPath?: string;
  /** Files beside the configuration, e.g. sinks. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Makes a new folder with `config.yaml` and the files. The caller removes it. */
export function agentFolder(options: FolderOptions): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallyman-agent-'));
  // For agents of another user.
  chmodSync(folder, 0o755);
  for (const [name, text] of Object.entries(options.files ?? {}))
    writeFileSync(join(folder, name), text.replaceAll('FOLDER', folder));
  configure(folder, options);
  return folder;
}

/** Writes the configuration of an agent's folder, also anew. */
export function configure(
  folder: string,
  options: Pick<FolderOptions, 'config' | 'socketPath'>,
): void {
  writeFileSync(join(folder, 'config.yaml'), configText(options, folder));
}

function configText({ config = {}, socketPath }: FolderOptions, folder: string): string {
  if (typeof config === 'string') return config.replaceAll('FOLDER', folder);
  const own = {
    engine: { host: `unix://${socketPath ?? join(folder, 'no.sock')}` },
    state: { directory: join(folder, 'state') },
    // Agents of other tests run at the same time.
    admin: { listen: 'none' },
    sinks: { stdout: { options: { format: 'json' } } },
  };
  // YAML takes JSON as it is.
  return JSON.stringify({ ...own, ...config }, undefined, 2).replaceAll('FOLDER', folder);
}
