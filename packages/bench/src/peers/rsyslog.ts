import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PeerOutput } from './process.ts';

/** imfile reads the log from its beginning, omfwd sends each line as it stands: the JSON is not read. */
function rsyslogConfig(folder: string, logPath: string, { host, port }: PeerOutput): string {
  return `global(workDirectory="${folder}" maxMessageSize="64k")
module(load="imfile" mode="inotify")
template(name="raw" type="string" string="%msg%\\n")
input(type="imfile" File="${logPath}" Tag="bench" freshStartTail="off")
action(type="omfwd" target="${host}" port="${port}" protocol="tcp" template="raw")
`;
}

/** The command of an instance of its own, with everything it writes in a folder. */
export async function rsyslogCommand(
  program: string,
  folder: string,
  source: { logPath: string; output: PeerOutput },
): Promise<readonly string[]> {
  const file = join(folder, 'rsyslog.conf');
  await writeFile(file, rsyslogConfig(folder, source.logPath, source.output));
  return [program, '-n', '-iNONE', '-f', file];
}
