import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '@tallyman/sdk';
import { endedChildrenSeconds, memoryOf, type ProcessUsage } from './process-usage.ts';

const pollMs = 10;

export interface CommandResult extends ProcessUsage {
  readonly wallSeconds: number;
  readonly stdout: string;
}

/**
 * Runs a command to its end and says what it used. CPU is what the kernel adds to the parent when it waits for the
 * child, so nothing is missed, but no other child may end meanwhile; memory is the last VmHWM of a look every 10 ms.
 * Throws where it does not exit with 0.
 */
export async function measuredCommand(
  command: string,
  args: readonly string[],
): Promise<CommandResult> {
  const before = await endedChildrenSeconds();
  const startMs = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const said = { stdout: '', stderr: '' };
  for (const output of ['stdout', 'stderr'] as const)
    child[output].setEncoding('utf8').on('data', (text: string) => {
      said[output] = (said[output] + text).slice(-4_096);
    });
  const watching = watchedMemory(child.pid ?? 0, ended);
  const [exitCode] = await ended;
  const wallSeconds = (performance.now() - startMs) / 1_000;
  if (exitCode !== 0)
    throw new Error(
      `running ${command} ${args.join(' ')}: it ended with ${exitCode}: ${said.stderr}`,
    );
  const cpuSeconds = (await endedChildrenSeconds()) - before;
  return { wallSeconds, cpuSeconds, peakRssMiB: await watching, stdout: said.stdout };
}

/** The most that a process was seen to have in memory until it ended. */
async function watchedMemory(pid: number, ended: Promise<unknown>): Promise<number> {
  const over = new AbortController();
  ended.then(
    () => over.abort(),
    () => over.abort(),
  );
  let peakMiB = 0;
  while (!over.signal.aborted) {
    peakMiB = await memoryOf(pid, 'VmHWM').catch(() => peakMiB);
    await systemClock.sleep(pollMs, over.signal).catch(() => {});
  }
  return peakMiB;
}
