import { systemClock } from '@tallyman/sdk';
import type { DockerClient } from '@tallyman/testkit/docker';
import { lineStart, printingAndEnding, printingFrom0, printingOne } from './numbered-lines.ts';

const pollMs = 100;
const limitMs = 600_000;

/** A container that prints the lines 0 to COUNT - 1, as fast as it can unless told; resolves to its id once the engine has them. */
export async function printLines(
  client: DockerClient,
  count: number,
  linesPerSecond?: number,
): Promise<string> {
  const command = printingFrom0(count, linesPerSecond);
  const id = await client.run({ name: 'numbered', command });
  await logOf(client, id, count);
  return id;
}

/** The same, and the container has stopped. */
export async function printHistory(client: DockerClient, count: number): Promise<string> {
  const id = await client.run({ name: 'history', command: printingAndEnding(count) });
  await client.wait(id, AbortSignal.timeout(limitMs));
  await logOf(client, id, count);
  return id;
}

/** Resolves once the engine has so many lines of it. */
async function logOf(client: DockerClient, id: string, count: number): Promise<void> {
  const signal = AbortSignal.timeout(limitMs);
  while (!(await client.logs(id, { tail: '1' })).includes(lineStart(count - 1)))
    await systemClock.sleep(pollMs, signal);
}

/** Makes it print one line more. */
export async function printOne(client: DockerClient, id: string, number: number): Promise<void> {
  const { exitCode, stderr } = await client.exec(id, printingOne(number));
  if (exitCode !== 0) throw new Error(`printing in a container: ${stderr}`);
}
