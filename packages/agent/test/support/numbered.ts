import type { DockerClient } from '@tallyman/testkit/docker';

/** Does nothing until it is told to print: what is printed is then known to the line. */
export const idle = 'trap "exit 0" TERM; while :; do sleep 1; done';

/** Makes a running container print `PREFIX 1` to `PREFIX COUNT`; resolves when it has. */
export async function print(
  client: DockerClient,
  id: string,
  prefix: string,
  count: number,
): Promise<string[]> {
  // The pipe of the first process: what is written there is in the container's log.
  const { exitCode, stderr } = await client.exec(
    id,
    `seq 1 ${count} | sed 's/^/${prefix} /' > /proc/1/fd/1`,
  );
  if (exitCode !== 0) throw new Error(`printing in a container: ${stderr}`);
  return numbered(prefix, count);
}

export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix} ${index + 1}`);
}

/** Whether the engine's own log has this line at its end: what a process has printed is there a little later. */
export async function isLogged(client: DockerClient, id: string, last: string): Promise<boolean> {
  return (await client.logs(id, { tail: '1' })).includes(last);
}
