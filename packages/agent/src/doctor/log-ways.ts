import { FileReach, type FileReachability } from '@tallyman/core';
import { standardDiagnostics } from '../diagnostics/diagnostics.ts';
import type { Examined } from './examination.ts';
import type { Surveyed, SurveyedContainer } from './survey.ts';

/** Why a log is read through the engine. `elsewhere`: files were not asked for, or those of the engine are not here. */
export type Obstacle = Exclude<FileReachability, 'file'> | 'elsewhere';

/** How a container's log is read: from its file, or through the engine. */
export interface LogWay {
  readonly container: SurveyedContainer;
  readonly obstacle?: Obstacle;
}

/** How the log of each container is read that runs and whose logs are wanted. */
export async function logWaysOf(
  { clock, config }: Pick<Examined, 'clock' | 'config'>,
  { engine, info, containers }: Surveyed,
  signal: AbortSignal,
): Promise<readonly LogWay[]> {
  const wanted = containers.filter(
    ({ route, details }) =>
      route.lanes.log.length > 0 && details.isRunning && details.logDriver !== 'none',
  );
  const { reader } = config.collect.logs;
  const root = reader === 'auto' || reader === 'file' ? info.rootDirectory : undefined;
  if (root === undefined) return wanted.map((container) => ({ container, obstacle: 'elsewhere' }));
  const directory = new Map(containers.map(({ details }) => [details.id, details]));
  // What it says is found out here too.
  const log = standardDiagnostics({ level: 'silent', format: 'json' });
  const reach = new FileReach({ engine, root, clock, random: Math.random, directory, log });
  return Promise.all(
    wanted.map(async (container) => {
      const way = await reach.of(container.details, signal);
      return way === 'file' ? { container } : { container, obstacle: way };
    }),
  );
}
