import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { DockerClient } from './client.ts';
import { assertDone, hasImage, importImage } from './images.ts';
import { type TarEntry, tarOf } from './tar.ts';

/** What test containers run: a static busybox and links to it, nothing else. */
export const testImage = 'tallyman-test/busybox:latest';

const [testRepository, testTag] = ['tallyman-test/busybox', 'latest'];
const publicImage = { repository: 'busybox', tag: 'stable' };

/**
 * Makes the engine have the test image: as it is there, or built from this machine's static busybox
 * without any registry, or pulled. Resolves with its name.
 */
export async function ensureTestImage(client: DockerClient): Promise<string> {
  if (await hasImage(client, testImage)) return testImage;
  const busybox = findStaticBusybox();
  if (busybox === undefined) await pullImage(client);
  else await importBusybox(client, busybox);
  return testImage;
}

/** The root file system of the test image. */
export function busyboxArchive(busybox: Buffer, applets: readonly string[]): Buffer {
  const links = applets
    .filter((applet) => applet !== 'busybox')
    .map((applet): TarEntry => ({ kind: 'link', path: `bin/${applet}`, target: 'busybox' }));
  return tarOf([
    { kind: 'folder', path: 'bin', mode: 0o755 },
    { kind: 'file', path: 'bin/busybox', mode: 0o755, bytes: busybox },
    ...links,
    { kind: 'folder', path: 'etc', mode: 0o755 },
    { kind: 'folder', path: 'tmp', mode: 0o1777 },
  ]);
}

/** Whether these bytes are an ELF program (64 bit, little-endian) that needs no loader. */
export function isStaticProgram(bytes: Buffer): boolean {
  const isElf64 = bytes.length >= 64 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2;
  if (!isElf64 || bytes[5] !== 1) return false;
  const tableAt = Number(bytes.readBigUInt64LE(32));
  const [entryBytes, entries] = [bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  const interpreterType = 3; // PT_INTERP, elf(5)
  return Array.from({ length: entries }, (_, index) => tableAt + index * entryBytes).every(
    (at) => at + 4 <= bytes.length && bytes.readUInt32LE(at) !== interpreterType,
  );
}

function findStaticBusybox(): string | undefined {
  const folders = ['/bin', ...(process.env.PATH ?? '').split(delimiter)];
  return folders
    .map((folder) => join(folder, 'busybox'))
    .find((path) => existsSync(path) && isStaticProgram(readFileSync(path)));
}

async function importBusybox(client: DockerClient, busybox: string): Promise<void> {
  const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n');
  const archive = busyboxArchive(
    readFileSync(busybox),
    applets.filter((applet) => applet !== ''),
  );
  await importImage(client, archive, testImage);
}

async function pullImage(client: DockerClient): Promise<void> {
  const { repository, tag } = publicImage;
  const doing = `pulling ${repository}:${tag}, as this machine has no static busybox (Debian: busybox-static)`;
  const query = { fromImage: repository, tag };
  const report = await client.bytes('POST', '/images/create', { query }).catch((cause: unknown) => {
    throw new Error(`${doing}: refused`, { cause });
  });
  assertDone(report, doing);
  await client.bytes('POST', `/images/${repository}:${tag}/tag`, {
    query: { repo: testRepository, tag: testTag },
  });
}
