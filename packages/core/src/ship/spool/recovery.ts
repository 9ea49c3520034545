import { join } from 'node:path';
import type { DirectoryItem, Disk } from './disk.ts';
import type { Segment, StoredFrame } from './segment.ts';
import { type SpoolFileName, spoolFileName } from './segment-format.ts';
import { type FoundFile, type RecoveredSegment, recoverSegment } from './segment-recovery.ts';

/** A file in which batches are lost, or may be. */
export interface Damage {
  readonly number: number;
  readonly path: string;
  readonly kind: Exclude<RecoveredSegment['kind'], 'empty' | 'segment'>;
  /** What is wrong with it. */
  readonly problem: string;
  /** Batches in it that will be delivered. */
  readonly batches: number;
  /** Frames in it that are good, or were released. */
  readonly goodFrames: number;
  /** Where some of it is in use. */
  readonly segment?: Segment;
}

/** What a directory holds from earlier runs. */
export interface Recovery {
  /** What was not released, by place. */
  readonly frames: readonly StoredFrame[];
  readonly segments: readonly Segment[];
  readonly damages: readonly Damage[];
  /** Files that earlier runs set aside, and that are as they were then. */
  readonly aside: { readonly files: number; readonly bytes: number };
  /** Names of what is not the spool's. */
  readonly foreign: readonly string[];
  /** No file has this number, or a higher one. */
  readonly nextNumber: number;
  /** What all files take, and the releases still to come. */
  readonly heldBytes: number;
}

export const nothingRecovered: Recovery = {
  frames: [],
  segments: [],
  damages: [],
  aside: { files: 0, bytes: 0 },
  foreign: [],
  nextNumber: 1,
  heldBytes: 0,
};

type SpoolFile = FoundFile & SpoolFileName;

/** Finds what earlier runs left, one file at a time. Rejects only where the directory cannot be read. */
export async function recover(directory: string, disk: Disk): Promise<Recovery> {
  const items = await disk.list(directory);
  const { files, foreign, nextNumber } = sorted(directory, items);
  const isReleases = ({ role }: SpoolFile) => role === 'released';
  const releases = new Map(files.filter(isReleases).map((file) => [file.number, file]));
  const findings = new Findings();
  for (const { bytes } of foreign) findings.heldBytes += bytes;
  for (const file of files.filter((candidate) => !isReleases(candidate))) {
    const own = releases.get(file.number);
    const found = await recoverSegment(file, own, disk);
    if (found.kind === 'empty') findings.heldBytes += await leftOf(file, disk);
    else {
      findings.add(file, own, found);
      releases.delete(file.number);
    }
  }
  // These belong to no segment.
  for (const file of releases.values()) findings.heldBytes += await leftOf(file, disk);
  const { frames, segments, damages, aside, heldBytes } = findings;
  if (frames.length > 0) await disk.syncDirectory(directory).catch(() => undefined);
  frames.sort((a, b) => a.entry.place - b.entry.place);
  const names = foreign.map(({ name }) => name);
  return { frames, segments, damages, aside, foreign: names, nextNumber, heldBytes };
}

/** The spool's own files by number, and what else there is. */
function sorted(directory: string, items: readonly DirectoryItem[]) {
  const files: SpoolFile[] = [];
  const foreign: DirectoryItem[] = [];
  let nextNumber = 1;
  for (const item of items) {
    const name = spoolFileName(item.name);
    if (name !== undefined) nextNumber = Math.max(nextNumber, name.number + 1);
    if (name === undefined || !item.isFile) foreign.push(item);
    else files.push({ ...name, path: join(directory, item.name), bytes: item.bytes });
  }
  files.sort((a, b) => a.number - b.number);
  return { files, foreign, nextNumber };
}

/** Removes a file that says nothing. Returns what it takes where it cannot be removed. */
async function leftOf({ path, bytes }: FoundFile, disk: Disk): Promise<number> {
  try {
    await disk.unlink(path);
    return 0;
  } catch {
    return bytes;
  }
}

class Findings {
  readonly frames: StoredFrame[] = [];
  readonly segments: Segment[] = [];
  readonly damages: Damage[] = [];
  readonly aside = { files: 0, bytes: 0 };
  heldBytes = 0;

  add(
    file: SpoolFile,
    releases: FoundFile | undefined,
    found: Exclude<RecoveredSegment, { readonly kind: 'empty' }>,
  ): void {
    const { number, path, bytes } = file;
    if (found.kind !== 'segment') {
      const heldBytes = bytes + (releases?.bytes ?? 0);
      this.heldBytes += heldBytes;
      const isAsItWas = file.role === 'aside' && file.goodFrames === 0;
      if (isAsItWas) this.#setAside(heldBytes);
      else this.damages.push({ number, path, ...found, batches: 0, goodFrames: 0 });
      return;
    }
    const { segment, frames, goodFrames, problems } = found;
    const [problem] = problems;
    segment.isDamaged = problem !== undefined || file.role === 'aside';
    this.heldBytes += segment.heldBytes;
    this.segments.push(segment);
    this.frames.push(...frames);
    if (file.role === 'aside' && goodFrames >= file.goodFrames) this.#setAside(segment.heldBytes);
    else if (problem !== undefined)
      this.damages.push({
        number,
        path,
        kind: 'damaged',
        segment,
        goodFrames,
        batches: frames.length,
        problem: problems.length > 1 ? `${problem}, and ${problems.length - 1} more` : problem,
      });
  }

  #setAside(bytes: number): void {
    this.aside.files += 1;
    this.aside.bytes += bytes;
  }
}
