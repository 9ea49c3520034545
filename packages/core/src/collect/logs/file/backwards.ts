import { LogFileError } from '../../../decode/entry.ts';
import { localEntryLength, localLengthBytes } from '../../../decode/local-file.ts';
import type { LogSyntax } from '../../../decode/log-form.ts';
import { blockBytes, reading } from './blocks.ts';
import type { Segment } from './chain.ts';
import type { FoundTail } from './tail.ts';

const newline = 0x0a;
const [openingBrace, closingBrace] = [0x7b, 0x7d];
const head = '{"log":"';
/** No entry is longer; see the splitters. */
const longestEntryBytes = 1024 * 1024;

/** The last entries of a file that is not compressed, read from its end. */
export function backwardsOf(
  segment: Segment,
  wanted: number,
  syntax: LogSyntax,
): Promise<FoundTail> {
  return syntax === 'local' ? localBackwards(segment, wanted) : linesBackwards(segment, wanted);
}

/** Lines that are no entries do not count: the reader that begins there leaves them out too. */
async function linesBackwards({ file, size }: Segment, wanted: number): Promise<FoundTail> {
  let [entries, start] = [0, size];
  let window = blockBytes;
  // What has begun behind the last newline is not written to its end yet.
  let isWhole = false;
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - window);
    const bytes: Buffer = await bytesOf({ file, from, to: end });
    let lineEnd: number = isWhole ? bytes.length : bytes.lastIndexOf(newline) + 1;
    isWhole ||= lineEnd > 0;
    while (lineEnd > 0) {
      const before: number = lineEnd > 1 ? bytes.lastIndexOf(newline, lineEnd - 2) : -1;
      // Its beginning is further in front, unless nothing is or it is too long for an entry anyway.
      if (before < 0 && from > 0 && window < longestEntryBytes) break;
      if (isEntry(bytes, before + 1, lineEnd - 1)) {
        entries++;
        start = from + before + 1;
      }
      if (entries === wanted) return { entries, offset: start };
      lineEnd = before + 1;
    }
    const next: number = from + lineEnd;
    window = next === end ? window * 2 : blockBytes;
    end = next === end && window > longestEntryBytes ? from : next;
  }
  return { entries, offset: entries === 0 ? 0 : start };
}

/** Whether the line is an entry, or an entry begins in it: as far as its ends tell. */
function isEntry(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[end - 1] !== closingBrace) return false;
  return bytes[start] === openingBrace || bytes.subarray(start, end).includes(head);
}

async function localBackwards({ file, size }: Segment, wanted: number): Promise<FoundTail> {
  let [entries, end] = [0, size];
  let bytes: Buffer = Buffer.alloc(0);
  let from = size;
  const see = async (at: number) => {
    if (at >= from) return;
    from = Math.max(0, Math.min(at, end - blockBytes));
    bytes = await bytesOf({ file, from, to: end });
  };
  while (entries < wanted && end > 0) {
    if (end < 2 * localLengthBytes) throw unreadable(file.path);
    await see(end - localLengthBytes);
    const length = localEntryLength(bytes, end - localLengthBytes - from);
    const start = end - length - 2 * localLengthBytes;
    if (start < 0) throw unreadable(file.path);
    await see(start);
    if (bytes.readUInt32BE(start - from) !== length) throw unreadable(file.path);
    entries++;
    end = start;
  }
  return { entries, offset: end };
}

function unreadable(path: string): LogFileError {
  return new LogFileError(`reading ${path} from its end: it does not end with an entry`);
}

async function bytesOf({
  file,
  from,
  to,
}: {
  readonly file: Segment['file'];
  readonly from: number;
  readonly to: number;
}): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(to - from);
  const length = await reading(file.path, () => file.read(bytes, from));
  if (length === bytes.length) return bytes;
  throw new LogFileError(`reading ${file.path} from its end: it became shorter meanwhile`);
}
