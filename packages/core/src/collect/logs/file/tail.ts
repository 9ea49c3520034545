import type { LogSyntax } from '../../../decode/log-form.ts';
import { backwardsOf } from './backwards.ts';
import { decompressedBlocksOf } from './blocks.ts';
import { bordersOf } from './borders.ts';
import type { Segment } from './chain.ts';

/** A place in the files of a log. */
export interface FilePlace {
  /** Of the segment, in the chain. */
  readonly index: number;
  /** In bytes; of a compressed segment, in those that it holds. */
  readonly offset: number;
}

/** Where the last `entries` of a log begin: its beginning, where it has fewer. */
export async function tailOf(
  chain: readonly Segment[],
  entries: number,
  syntax: LogSyntax,
): Promise<FilePlace> {
  let wanted = entries;
  for (let index = chain.length - 1; index >= 0; index--) {
    const segment = chain[index];
    if (segment === undefined) break;
    const found = segment.isCompressed
      ? await compressedTail(segment, wanted, syntax)
      : await backwardsOf(segment, wanted, syntax);
    if (found.entries >= wanted) return { index, offset: found.offset };
    wanted -= found.entries;
  }
  return { index: 0, offset: 0 };
}

/** How many entries from a segment's end were found, as many as wanted at most, and where the first of them begins. */
export interface FoundTail {
  readonly entries: number;
  readonly offset: number;
}

/** Compressed bytes are read from their beginning only: once to count, once to find the place. */
async function compressedTail(
  { file }: Segment,
  wanted: number,
  syntax: LogSyntax,
): Promise<FoundTail> {
  const counting = bordersOf(syntax);
  let entries = 0;
  for await (const block of decompressedBlocksOf(file)) entries += counting.count(block).entries;
  if (entries <= wanted) return { entries, offset: 0 };
  const finding = bordersOf(syntax);
  let [before, surplus] = [0, entries - wanted];
  for await (const block of decompressedBlocksOf(file)) {
    const { entries: here, end } = finding.count(block, surplus);
    surplus -= here;
    if (surplus === 0) return { entries: wanted, offset: before + end };
    before += block.length;
  }
  return { entries: 0, offset: before };
}
