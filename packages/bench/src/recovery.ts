import type { BenchAgent } from './agent.ts';
import { type Damage, damageOf } from './logentries-sink.ts';
import { type ProcessUsage, usageOf } from './measure/process-usage.ts';
import type { NumberedReceiver } from './numbered-receiver.ts';

/** What follows when a receiver that was down comes up. */
export interface Recovery extends Damage {
  /** From the moment it listened to the first line, and to the last. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Of the agent, when the last was there. */
  readonly use: ProcessUsage;
}

/** Lets it listen, and waits until it has so many lines or none come any more. */
export async function recoveryOf(
  receiver: NumberedReceiver,
  { agent, lines }: { agent: BenchAgent; lines: number },
): Promise<Recovery> {
  const upMs = Date.now();
  await receiver.listen();
  const { firstMs = Number.NaN, lastMs = Number.NaN, ...arrived } = await receiver.arrivalOf(lines);
  return {
    ...damageOf(arrived, lines),
    firstMs: firstMs - upMs,
    lastMs: lastMs - upMs,
    use: await usageOf(agent.pid),
  };
}
