import { systemClock } from '@tallyman/sdk';
import { type EngineProcesses, type EngineUsage, usedBetween } from './engine-usage.ts';

const spareMs = 60_000;

/** What was used in a window of time. */
export interface WindowUsage extends EngineUsage {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Sleeps so long. */
export async function pause(seconds: number): Promise<void> {
  const ms = seconds * 1_000;
  await systemClock.sleep(ms, AbortSignal.timeout(ms + spareMs));
}

/** Watches so long: what a process, whose CPU time is asked for, and the engine use. */
export async function usageInWindow(
  seconds: number,
  engine: EngineProcesses,
  cpuSecondsSoFar: () => Promise<number>,
): Promise<WindowUsage> {
  const startMs = performance.now();
  const [engineBefore, cpuBefore] = [await engine.usage(), await cpuSecondsSoFar()];
  await pause(seconds);
  const [engineAfter, cpuAfter] = [await engine.usage(), await cpuSecondsSoFar()];
  return {
    ...usedBetween(engineBefore, engineAfter),
    cpuSeconds: cpuAfter - cpuBefore,
    seconds: (performance.now() - startMs) / 1_000,
  };
}

/** Of one core. */
export function cpuPercent({ cpuSeconds, seconds }: WindowUsage): number {
  return (cpuSeconds / seconds) * 100;
}
