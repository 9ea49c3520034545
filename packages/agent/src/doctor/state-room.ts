import { statfs } from 'node:fs/promises';
import { reservedShare } from '@tallyman/core';
import type { LoadedConfig } from '../config/model.ts';
import { sizeText } from '../config/units.ts';
import type { Finding } from './finding.ts';
import { shellWord } from './shell-word.ts';
import { bytesIn } from './state-files.ts';

const mib = 1024 ** 2;

/** Whether the file system of the state directory leaves room for what the disk queues may hold. `base`: what there is of its path. */
export async function roomFindings(
  path: string,
  base: string,
  { state, sinks }: Pick<LoadedConfig, 'state' | 'sinks'>,
): Promise<readonly Finding[]> {
  const { bavail, blocks, bsize } = await statfs(base);
  const [freeBytes, totalBytes] = [bavail * bsize, blocks * bsize];
  const reservedBytes = Math.ceil(totalBytes * reservedShare);
  const usableBytes = freeBytes - reservedBytes;
  const queuedBytes = sinks.reduce((sum, { queue }) => sum + queue.diskBytes, 0);
  const promisedBytes = Math.min(state.maxSizeBytes, queuedBytes);
  if (promisedBytes === 0) return [];
  if (usableBytes <= 0) return [full(path, { freeBytes, totalBytes })];
  const haveBytes = usableBytes + (await bytesIn(path));
  return haveBytes < promisedBytes ? [narrow(path, { haveBytes, promisedBytes })] : [];
}

function full(
  path: string,
  { freeBytes, totalBytes }: { readonly freeBytes: number; readonly totalBytes: number },
): Finding {
  const percent = Math.floor((freeBytes / totalBytes) * 100);
  return {
    code: 'state.full',
    severity: 'problem',
    where: [path],
    what: `only ${percent} % of its file system are free, and the disk queue leaves the last ${reservedShare * 100} % to others: it takes nothing`,
    todo: `make room on that file system (df ${shellWord(path)} shows it), or name a directory elsewhere in state.directory`,
  };
}

function narrow(
  path: string,
  { haveBytes, promisedBytes }: { readonly haveBytes: number; readonly promisedBytes: number },
): Finding {
  // Somewhat less than there is: others write on that file system too.
  const fitting = Math.max(1, Math.floor((haveBytes * 0.9) / mib));
  return {
    code: 'state.room',
    severity: 'warning',
    where: [path],
    what: `the disk queues may hold ${sizeText(promisedBytes)}, and its file system leaves them ${Math.floor(haveBytes / mib)} MiB: they are full before they should be`,
    todo: `set state.max_size: ${fitting}MiB; or make room on that file system`,
  };
}
