import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PeerOutput } from './process.ts';
import { programAt } from './programs.ts';

/** Fluent Bit is optional: what the environment says, else the one on PATH. */
export function fluentBitProgram(): string | undefined {
  return process.env.FLUENT_BIT ?? programAt('fluent-bit');
}

/** Tail with the parser of Docker's json files, out as lines of JSON over TCP. */
function fluentBitConfig(folder: string, logPath: string, output: PeerOutput): string {
  return `[SERVICE]
    flush         1
    daemon        off
    log_level     error
    parsers_file  ${join(folder, 'parsers.conf')}

[INPUT]
    name              tail
    path              ${logPath}
    parser            docker
    read_from_head    on
    buffer_chunk_size 512k
    buffer_max_size   512k

[OUTPUT]
    name    tcp
    match   *
    host    ${output.host}
    port    ${output.port}
    format  json_lines
`;
}

// As Fluent Bit's own parsers.conf has it.
const parsers = `[PARSER]
    name        docker
    format      json
    time_key    time
    time_format %Y-%m-%dT%H:%M:%S.%L
    time_keep   on
`;

/** The command of an instance of its own, with its configuration in a folder. */
export async function fluentBitCommand(
  program: string,
  folder: string,
  source: { logPath: string; output: PeerOutput },
): Promise<readonly string[]> {
  await writeFile(join(folder, 'parsers.conf'), parsers);
  const file = join(folder, 'fluent-bit.conf');
  await writeFile(file, fluentBitConfig(folder, source.logPath, source.output));
  return [program, '-c', file];
}
