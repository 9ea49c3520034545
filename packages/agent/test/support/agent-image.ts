import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage, type DockerClient, hasImage, importImage } from '@tallyman/testkit/docker';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));
const names = 'tallyman-test/agent';
const mostArchiveBytes = 512 * 1024 * 1024;

/**
 * The name of the image of this very build, from the Dockerfile as it stands. It is made where the engine does not
 * have it yet, without a registry: from a base of this machine's own files, and a tree that is prepared outside.
 */
export async function ensureAgentImage(client: DockerClient): Promise<string> {
  const context = preparedContext();
  const name = `${names}:${shortHash(context)}`;
  if (await hasImage(client, name)) return name;
  const args = { NODE_IMAGE: await ensureNodeImage(client), TREE: 'prepared', REVISION: 'tested' };
  await buildImage(client, context, { name, args });
  await removeOlderBuilds(client, name);
  return name;
}

/** The name of an image with Node and npm. */
async function ensureNodeImage(client: DockerClient): Promise<string> {
  const script = join(repository, 'scripts/image-base.sh');
  const name = `tallyman-test/node:${process.versions.node}-${shortHash(readFileSync(script))}`;
  if (!(await hasImage(client, name))) await importImage(client, outputOf(['sh', script]), name);
  return name;
}

/** What the Dockerfile needs for `TREE=prepared`. The same bytes as long as nothing has changed. */
function preparedContext(): Buffer {
  if (!existsSync(join(repository, 'packages/agent/dist/main.js')))
    throw new Error('building the image: build the program first: npx -y pnpm@12 build');
  const pack =
    'sh scripts/image-tree.sh >&2 && tar --create --sort=name --mtime=@0 --owner=0 --group=0 Dockerfile .image';
  // Test files run side by side, and the tree has one place.
  return outputOf(['flock', 'scripts/image-tree.sh', 'sh', '-c', pack]);
}

function outputOf([program = '', ...args]: readonly string[]): Buffer {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  return execFileSync(program, args, { cwd: repository, maxBuffer: mostArchiveBytes, stdio });
}

function shortHash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}

/** Of other runs, which may still go on: only what is older than any of these takes. */
async function removeOlderBuilds(client: DockerClient, name: string): Promise<void> {
  const filters = { reference: [names] };
  const images = await client.json('GET', '/images/json', {
    query: { filters: JSON.stringify(filters) },
  });
  const longAgoSeconds = Date.now() / 1_000 - 7_200;
  for (const image of Array.isArray(images) ? images : [])
    if (image.Created < longAgoSeconds && !image.RepoTags.includes(name))
      await client.bytes('DELETE', `/images/${image.Id}`).catch(() => undefined); // in use
  // What the builder leaves of the stage that has the tree.
  const stages = { dangling: ['true'], label: ['build.tallyman.stage=tree'], until: ['15m'] };
  await client.bytes('POST', '/images/prune', { query: { filters: JSON.stringify(stages) } });
}
