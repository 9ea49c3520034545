/** One entry of an archive. Paths are relative and use `/`. */
export type TarEntry =
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly bytes: Buffer }
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

const blockBytes = 512;
const typeFlags = { file: '0', link: '2', folder: '5' } as const;

/** A ustar archive (POSIX.1-1988) of the entries in their order; the same entries give the same bytes. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const bytes = entry.kind === 'file' ? entry.bytes : Buffer.alloc(0);
    return [headerOf(entry, bytes.length), bytes, Buffer.alloc(-bytes.length & (blockBytes - 1))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

function headerOf(entry: TarEntry, sizeBytes: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const path = entry.kind === 'folder' ? `${entry.path}/` : entry.path;
  writeName(header, 0, path);
  writeOctal(header, 100, 8, entry.kind === 'link' ? 0o777 : entry.mode);
  writeOctal(header, 108, 8, 0); // owner
  writeOctal(header, 116, 8, 0); // group
  writeOctal(header, 124, 12, sizeBytes);
  writeOctal(header, 136, 12, 0); // modified
  header.fill(' ', 148, 156); // the checksum counts its own field as spaces
  header.write(typeFlags[entry.kind], 156, 'latin1');
  if (entry.kind === 'link') writeName(header, 157, entry.target);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function writeName(header: Buffer, at: number, name: string): void {
  const bytes = Buffer.from(name);
  if (bytes.length > 100)
    throw new Error(`writing a tar entry: "${name}" has more than the 100 bytes a header holds`);
  header.set(bytes, at);
}

function writeOctal(header: Buffer, at: number, width: number, value: number): void {
  header.write(value.toString(8).padStart(width - 1, '0'), at, 'latin1');
}
