import type { ContainerDetails } from '../../decode/inspect.ts';
import type { Engine } from '../engine.ts';
import { EngineLogs } from './engine-logs.ts';
import { FileLogs, type FileLogsSettings } from './file/file-logs.ts';
import { logPathOf } from './file/path.ts';
import { visibilityOf } from './file/visibility.ts';
import { FolderProof } from './folder-proof.ts';

/** Whether a log can be read from its file, and if not, why: as the reader of logs decides it. */
export type FileReachability =
  | 'file'
  /** Its driver keeps no file that can be read. */
  | 'driver'
  /** There is no file of it beside those of other containers. */
  | 'no_file'
  /** The folder is not there. */
  | 'not_visible'
  /** The folder may not be opened. */
  | 'denied'
  /** The folder is that of another engine. */
  | 'other_engine';

export interface FileReachSettings extends FileLogsSettings {
  readonly engine: Pick<Engine, 'logs'>;
}

/** Tells which logs could be read from the engine's files. Follows none. */
export class FileReach {
  readonly #root: string;
  readonly #files: FileLogs;
  readonly #proof: FolderProof;

  constructor(settings: FileReachSettings) {
    this.#root = settings.root;
    this.#files = new FileLogs(settings);
    const engine = new EngineLogs(settings.engine);
    this.#proof = new FolderProof({ ...settings, engine, files: this.#files });
  }

  /** Rejects only with the signal's reason, or where the file cannot be read although it is there. */
  async of(container: ContainerDetails, signal: AbortSignal): Promise<FileReachability> {
    const where = logPathOf(this.#root, container);
    if (where === undefined) return 'driver';
    const visibility = visibilityOf(where.root);
    if (visibility !== 'file') return visibility;
    return (await this.#proof.isTheEngines(container, signal)) ? 'file' : 'other_engine';
  }
}
