import { messageOf, systemClock } from '@tallyman/sdk';
import { inject } from './injectors.ts';
import type { InjectedFault, PlannedFault } from './kinds.ts';
import type { World } from './world.ts';

/**
 * Runs the tracks beside each other; each waits for its last fault to be over. What comes after `lengthMs` for that
 * is left out, but for kinds that have not bitten yet. Resolves with what happened.
 */
export async function campaign(
  tracks: readonly (readonly PlannedFault[])[],
  world: World,
  lengthMs: number,
  tell: (fault: InjectedFault) => void,
  signal: AbortSignal,
): Promise<InjectedFault[]> {
  const begunMs = systemClock.monotonicMs();
  const injected: InjectedFault[] = [];
  const follow = async (track: readonly PlannedFault[]) => {
    for (const fault of track) {
      await systemClock.sleep(begunMs + fault.atMs - systemClock.monotonicMs(), signal);
      const isLate = systemClock.monotonicMs() - begunMs > lengthMs;
      if (isLate && injected.some(({ kind, bit }) => bit && kind === fault.kind)) continue;
      const startedAt = systemClock.now();
      const { retried = 0, ...bite } = await inject(fault, world, signal).catch(
        (error: unknown) => {
          signal.throwIfAborted();
          // Said, and the ledgers are compared all the same.
          return { bit: false, retried: 0, note: messageOf(error) };
        },
      );
      const done = { ...fault, ...bite, retried, startedAt, endedAt: systemClock.now() };
      injected.push(done);
      tell(done);
    }
  };
  await Promise.all(tracks.map(follow));
  return injected.toSorted((a, b) => a.startedAt - b.startedAt);
}
