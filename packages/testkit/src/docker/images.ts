import type { DockerClient } from './client.ts';
import { isRefusal, textAt } from './transport.ts';

export interface BuildOptions {
  /** `NAME:TAG` of what is built. */
  readonly name: string;
  /** Build arguments. */
  readonly args?: Readonly<Record<string, string>>;
}

export async function hasImage(client: DockerClient, name: string): Promise<boolean> {
  try {
    await client.bytes('GET', `/images/${name}/json`);
    return true;
  } catch (error) {
    if (isRefusal(error, 404)) return false;
    throw error;
  }
}

/** Makes an image of the archive of a root file system. `name`: `NAME:TAG`. */
export async function importImage(
  client: DockerClient,
  archive: Buffer,
  name: string,
): Promise<void> {
  const [repo = '', tag = ''] = name.split(':');
  const query = { fromSrc: '-', repo, tag };
  const report = await client.bytes('POST', '/images/create', { query, body: archive });
  assertDone(report, `importing ${name}`);
}

/** Builds an image without BuildKit, a registry or a network. `context`: an archive with the Dockerfile in it. */
export async function buildImage(
  client: DockerClient,
  context: Buffer,
  { name, args = {} }: BuildOptions,
): Promise<void> {
  const buildargs = JSON.stringify(args);
  const query = { t: name, buildargs, networkmode: 'none', rm: 'true', forcerm: 'true' };
  const report = await client.bytes('POST', '/build', { query, body: context });
  assertDone(report, `building ${name}`);
}

/** The engine says 200 before it starts, and reports in lines of JSON; a failure is one of them. */
export function assertDone(report: Buffer, doing: string): void {
  for (const line of report.toString('utf8').split('\n')) {
    const said = line.trim() === '' ? '' : textAt(JSON.parse(line), 'error');
    if (said !== '') throw new Error(`${doing}: ${said}`);
  }
}
