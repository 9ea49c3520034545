import type { Clock } from '@tallyman/sdk';
import type { LogSettings } from '../../settings.ts';
import type { Counters } from '../../vitals/counters.ts';
import type { Diagnostics } from '../../vitals/log.ts';
import type { ContainerDirectory } from '../containers.ts';
import type { Engine } from '../engine.ts';
import { ChosenLogs } from './chosen-logs.ts';
import { EngineLogs } from './engine-logs.ts';
import { FileLogs } from './file/file-logs.ts';
import { FolderProof } from './folder-proof.ts';
import { FollowersLimit } from './followers-limit.ts';

export interface LogSourcesSettings {
  readonly engine: Pick<Engine, 'logs'>;
  /** The engine's root directory, where it is on this host. */
  readonly rootDirectory?: string;
  readonly directory: Pick<ContainerDirectory, 'get'>;
  readonly logs: Pick<LogSettings, 'reader'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Diagnostics;
  readonly counters: Counters;
}

/** The engine's log, and its files where they may be within reach, behind one port. */
export function chosenLogs(settings: LogSourcesSettings): ChosenLogs {
  const { rootDirectory: root, log } = settings;
  const { reader } = settings.logs;
  const limit = root === undefined ? undefined : new FollowersLimit(log);
  const engine = new EngineLogs(settings.engine, limit);
  const shared = { ...settings, reader, engine };
  if (root === undefined || reader === 'engine' || reader === 'attach')
    return new ChosenLogs(shared);
  const files = new FileLogs({ ...settings, root });
  const proof = new FolderProof({ ...shared, files });
  return new ChosenLogs({ ...shared, files: { store: files, proof } });
}
