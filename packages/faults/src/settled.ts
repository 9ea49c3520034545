import { systemClock } from '@tallyman/sdk';
import { sinkNames } from './agent-config.ts';
import type { World } from './inject/world.ts';
import type { Printed } from './ledger/printed.ts';

const askEveryMs = 500;
const stillMs = 30_000;

/** Waits, for `limitMs` at most, until some sink has so many lines that as many must have been printed. */
export async function untilPrinted(
  lines: number,
  limitMs: number,
  world: World,
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + limitMs;
  while (systemClock.monotonicMs() < deadlineMs) {
    const received = await distinctAt(world);
    if (Math.max(...sinkNames.map((name) => sumOf(received[name]))) >= lines) return;
    await systemClock.sleep(askEveryMs, signal);
  }
}

/**
 * Waits, for `limitMs` at most, until every sink has all that is there to be had, or none has got anything for a
 * while. What is not there by then is missing.
 */
export async function untilReceived(
  printed: readonly Printed[],
  limitMs: number,
  world: World,
  signal: AbortSignal,
): Promise<void> {
  const kept = printed.filter(({ kind }) => kind === 'kept');
  const deadlineMs = systemClock.monotonicMs() + limitMs;
  let before = -1;
  let changedMs = systemClock.monotonicMs();
  while (systemClock.monotonicMs() < Math.min(deadlineMs, changedMs + stillMs)) {
    const received = await distinctAt(world);
    const isAll = kept.every(({ containerId, total }) =>
      sinkNames.every((name) => (received[name][containerId] ?? 0) >= total),
    );
    if (isAll) return;
    const now = sinkNames.reduce((sum, name) => sum + sumOf(received[name]), 0);
    if (now !== before) changedMs = systemClock.monotonicMs();
    before = now;
    await systemClock.sleep(askEveryMs, signal);
  }
}

async function distinctAt({ receivers }: World) {
  const distinct = async (name: (typeof sinkNames)[number]) =>
    (await receivers[name].ask({ ask: 'counts' })).distinct;
  const [tall, small, posted] = [distinct('tall'), distinct('small'), distinct('posted')];
  return { tall: await tall, small: await small, posted: await posted };
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
