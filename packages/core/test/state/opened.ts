import { observedContext, VirtualClock } from '@tallyman/testkit';
import type { Spool, SpoolEntry } from '../../src/ship/spool/spool.ts';
import {
  StateDirectory,
  type StateDirectorySettings,
  type StoredLane,
} from '../../src/state/state-directory.ts';
import { Folder } from './folder.ts';
import { markAt } from './marks.ts';

/** A batch that an earlier run left on disk. */
export const leftBatch: SpoolEntry = { id: 'b1', place: 1, count: 3, bytes: 300, content: 'log' };

/** A spool that was found so, and takes nothing. */
export function spoolOf(found: Partial<Spool> = {}): Spool {
  return {
    recovered: [],
    isIntact: true,
    freeBytes: 0,
    failure: undefined,
    append: () => Promise.reject(new Error('this spool takes nothing')),
    read: () => Promise.reject(new Error('this spool holds nothing')),
    release: () => {},
    bound: () => {},
    setDamageAside: () => Promise.resolve(),
    close: () => Promise.resolve(),
    ...found,
  };
}

/** What is opened of a state directory, and what was said about it. */
export async function opened(path: string, changes: Partial<StateDirectorySettings> = {}) {
  const clock = new VirtualClock();
  const { context, seen } = observedContext();
  const directory = await StateDirectory.open({
    path,
    maxBytes: 1024 ** 3,
    clock,
    log: context.log,
    openSpool: async () => spoolOf(),
    ...changes,
  });
  const lane = async (name: string, now: string, others: readonly StoredLane[] = []) => {
    const lanes = await directory.lanes([{ name, diskBytes: 1024 }, ...others], now);
    const state = lanes.get(name);
    if (state === undefined) throw new Error(`opening a lane: there is none of ${name}`);
    return state;
  };
  return { directory, clock, said: seen.said, lane };
}

/** Three moments on the engine's clock, a day apart. */
export const [first, second, third] = [1, 2, 3].map(
  (day) => `2026-11-0${day}T00:00:00.000000000Z`,
) as [string, string, string];

/** A state directory in which one run has delivered up to 1 s and stored up to 3 s. */
export async function usedFolder(): Promise<Folder> {
  const folder = new Folder();
  const { directory, lane } = await opened(folder.at('state'));
  const { positions } = await lane('out', first);
  positions.stored(markAt(3));
  positions.delivered(markAt(1));
  await directory.close();
  return folder;
}
