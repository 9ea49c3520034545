import { readFileSync, realpathSync } from 'node:fs';
import { MemoryState, StateDirectory, StateError, StateLockedError } from '@tallyman/core';
import { messageOf, systemClock } from '@tallyman/sdk';
import type { StateConfig } from '../config/model.ts';
import type { AgentDiagnostics } from '../diagnostics/diagnostics.ts';
import { ownContainerId } from '../engine/own-container.ts';
import { outlivesContainer } from './outlives-container.ts';

/** What the lanes keep, on disk or in memory alone. */
export type AgentState = StateDirectory | MemoryState;

/** The state, or the exit code of an agent that does not start without; then it is said why. */
export type OpenedState =
  | { readonly kind: 'open'; readonly state: AgentState }
  | { readonly kind: 'refused'; readonly exitCode: 1 | 2 };

/**
 * Opens the state directory. One that nobody asked for may be unwritable: then the agent goes on in memory.
 * One that is asked for, is in use, or was written by a newer version keeps the agent from starting.
 */
export async function openState(
  { directory: path, maxSizeBytes: maxBytes, configured }: StateConfig,
  log: AgentDiagnostics,
): Promise<OpenedState> {
  try {
    const directory = await StateDirectory.open({ path, maxBytes, clock: systemClock, log });
    warnWhereShortLived(directory.path, log);
    return { kind: 'open', state: directory };
  } catch (error) {
    if (error instanceof StateLockedError) {
      const { pid, host } = error.holder;
      log.error(
        { directory: path, pid, host, error: error.message },
        'Another agent uses the state directory, not starting.',
      );
      return { kind: 'refused', exitCode: 1 };
    }
    if (!(error instanceof StateError)) throw error;
    if (error.kind === 'future' || configured) {
      const fields = { directory: path, error: error.message };
      log.error(fields, 'The state directory cannot be used, not starting.');
      return { kind: 'refused', exitCode: error.kind === 'future' ? 1 : 2 };
    }
    warnOfMemoryAlone(path, error, log);
    return { kind: 'open', state: new MemoryState() };
  }
}

function warnOfMemoryAlone(path: string, error: StateError, log: AgentDiagnostics): void {
  log.warn(
    {
      directory: path,
      error: messageOf(error),
      advice: `Mount a volume that this user may write: -v tallyman:${path}; or set state.directory.`,
    },
    'The default state directory cannot be used, going on in memory alone: at the end of this run, how far logs were read and what is not delivered yet is forgotten.',
  );
}

function warnWhereShortLived(path: string, log: AgentDiagnostics): void {
  if (ownContainerId() === undefined) return;
  const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
  if (outlivesContainer(mountinfo, realpathSync(path))) return;
  log.warn(
    { directory: path, advice: `Mount a volume there: -v tallyman:${path}` },
    'The state directory is removed together with this container: after an update of the agent, how far logs were read and what is not delivered yet is forgotten.',
  );
}
