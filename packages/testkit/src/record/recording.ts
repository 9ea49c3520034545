import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** One answer of an engine, byte for byte, in the chunks it came in. */
export interface Recording {
  readonly name: string;
  /** Of the engine; `written` where the bytes were made from documentation, which `source` then names. */
  readonly engine: { readonly version: string; readonly apiVersion: string };
  readonly source?: string;
  /** What was done on the engine before, as one would type it. */
  readonly commands: readonly string[];
  readonly request: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the body. */
  readonly sha256: string;
  /** Base64, one entry per HTTP chunk. */
  readonly chunks: readonly string[];
}

/** Reads a recording from its file. */
export async function readRecording(path: string | URL): Promise<Recording> {
  const recording: Recording = JSON.parse(await readFile(path, 'utf8'));
  if (sha256(bodyOf(recording)) !== recording.sha256)
    throw new Error(`reading the recording ${String(path)}: the body does not match its sha256`);
  return recording;
}

export function chunksOf(recording: Recording): readonly Buffer[] {
  return recording.chunks.map((chunk) => Buffer.from(chunk, 'base64'));
}

export function bodyOf(recording: Recording): Buffer {
  return Buffer.concat(chunksOf(recording));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
