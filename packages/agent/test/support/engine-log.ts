import type { DockerClient } from '@tallyman/testkit/docker';

/** One entry of a container's log as the engine tells it, or a line joined from such entries. */
export interface LogEntry {
  readonly stream: 'stdout' | 'stderr';
  readonly time: string;
  readonly text: string;
}

/** A time as records carry it: inspect answers trim trailing zeros. */
export function nineDigits(time: string): string {
  const [seconds = '', fraction = ''] = time.replace('Z', '').split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}Z`;
}

/** The entries of a container's log, by `GET logs?timestamps=1`: pieces of long lines are apart. */
export async function engineEntries(
  client: DockerClient,
  id: string,
  query: Readonly<Record<string, string>> = {},
): Promise<LogEntry[]> {
  const bytes = await client.logs(id, { timestamps: 'true', ...query });
  const entries: LogEntry[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    const [time = '', ...rest] = bytes.toString('utf8', at + 8, end).split(' ');
    entries.push({ stream: bytes[at] === 2 ? 'stderr' : 'stdout', time, text: rest.join(' ') });
    at = end;
  }
  return entries;
}

/**
 * The lines that a log comes to, in the order in which they end: pieces are joined where they have the same
 * time and no newline between them. Written apart from the agent's own decoder, as a second opinion.
 */
function linesOf(entries: readonly LogEntry[]): LogEntry[] {
  const lines: LogEntry[] = [];
  const open = new Map<LogEntry['stream'], LogEntry>();
  const end = (stream: LogEntry['stream']) => {
    const line = open.get(stream);
    if (line !== undefined) lines.push(line);
    open.delete(stream);
  };
  for (const { stream, time, text } of entries) {
    if (open.get(stream)?.time !== time) end(stream);
    const before = open.get(stream)?.text ?? '';
    open.set(stream, { stream, time, text: before + text.replace(/\n$/, '') });
    if (text.endsWith('\n')) end(stream);
  }
  end('stdout');
  end('stderr');
  return lines;
}

/** The lines of a container's log, as the engine has them. */
export async function engineLines(client: DockerClient, id: string): Promise<LogEntry[]> {
  return linesOf(await engineEntries(client, id));
}
