import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DockerClient } from '../docker/client.ts';
import { type RecordingCase, recordingCases } from './cases.ts';
import { recordCase } from './recorder.ts';
import { type Recording, readRecording } from './recording.ts';
import { writtenRecordings } from './written.ts';

const usage = `usage: record-engine [--socket PATH] [--out FOLDER] [--case NAME] [--written]
Records the answers of a Docker engine. --case takes the beginning of a case's name; --written makes those
that come from documentation instead.`;

/** The command line of `pnpm record`; its exit code. */
export async function main(args: readonly string[], recordings: string): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      socket: { type: 'string', default: '/var/run/docker.sock' },
      out: { type: 'string' },
      case: { type: 'string', default: '' },
      written: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const cases = recordingCases.filter(({ name }) => name.startsWith(values.case));
  if (values.help || cases.length === 0) {
    const known = recordingCases.map(({ name }) => name).join(' ');
    process.stderr.write(`${usage}\nCases: ${known}\n`);
    return values.help ? 0 : 2;
  }
  if (values.written) {
    await writeWritten(values.out ?? join(recordings, 'written'), recordings);
    return 0;
  }
  const client = new DockerClient(values.socket);
  const out = values.out ?? join(recordings, folderOf((await client.version()).engine));
  await mkdir(out, { recursive: true });
  try {
    for (const each of cases) await recordInto(out, client, each);
  } finally {
    await client.cleanup();
  }
  return 0;
}

/** `docker-20.10` for `20.10.24+dfsg1`. */
export function folderOf(engineVersion: string): string {
  return `docker-${engineVersion.split('.').slice(0, 2).join('.')}`;
}

async function recordInto(out: string, client: DockerClient, each: RecordingCase): Promise<void> {
  for (const recording of await recordCase(client, each)) await save(out, recording);
}

async function writeWritten(out: string, recordings: string): Promise<void> {
  await mkdir(out, { recursive: true });
  const life = await readRecording(join(recordings, 'docker-28.5', 'events-life.json'));
  for (const recording of writtenRecordings(life)) await save(out, recording);
}

async function save(out: string, recording: Recording): Promise<void> {
  const path = join(out, `${recording.name}.json`);
  // One chunk a line, so that a change can be reviewed.
  await writeFile(path, `${JSON.stringify(recording, null, 2)}\n`);
  process.stdout.write(`${path}: ${recording.status}, ${recording.chunks.length} chunks\n`);
}
