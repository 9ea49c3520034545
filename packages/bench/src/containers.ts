import type { DockerClient } from '@tallyman/testkit/docker';

// More at once only make an engine on a small machine slower.
const atOnce = 8;

/** Starts so many containers; the command may follow from the number. Their ids. */
export async function startContainers(
  client: DockerClient,
  count: number,
  { name, command }: { name: string; command: (at: number) => string },
): Promise<readonly string[]> {
  const ids: string[] = [];
  let next = 0;
  const starting = Array.from({ length: atOnce }, async () => {
    for (let at = next++; at < count; at = next++)
      ids.push(await client.run({ name: `${name}-${at}`, command: command(at) }));
  });
  await Promise.all(starting);
  return ids;
}

/** A container that says nothing. */
export const sleeping = 'exec sleep 86400';

/**
 * A shell command that prints so many lines a second, in ten bursts, without a process for each: `read -t` on a
 * pipe that stays empty is the shell's own way to wait.
 */
export function printingSteadily({
  linesPerSecond,
  bytes,
}: {
  linesPerSecond: number;
  bytes: number;
}): string {
  const burst = Math.max(1, Math.round(linesPerSecond / 10));
  const program = `BEGIN { x = sprintf("%${bytes - 1}s", ""); gsub(/ /, "x", x); for (i = 0; i < ${burst}; i++) print x }`;
  return `mkfifo /wait; exec 3<>/wait; b=$(awk '${program}'); while :; do echo "$b"; read -t 0.1 x <&3; done`;
}

/**
 * A shell command that prints 20 lines a second. One of them, each second, begins with the time at which it is
 * printed, in microseconds of the host's real-time clock: `at=SECONDS.MICROS`. Containers differ in which.
 */
export function printingTimes(at: number): string {
  const padding = 'x'.repeat(80);
  return `mkfifo /wait; exec 3<>/wait; n=${at % 20}; while :; do if [ $n -eq 0 ]; then echo ${padding} | ts 'at=%.s'; else echo "line $n ${padding}"; fi; n=$(((n+1)%20)); read -t 0.05 x <&3; done`;
}
