import type { Recording } from '@tallyman/testkit/record';

/** An answer with this body, in these chunks, for the embedded engine to serve. */
export function recordingOf(...chunks: readonly (Buffer | string)[]): Recording {
  return {
    name: 'written',
    engine: { version: 'none', apiVersion: '1.51' },
    commands: [],
    request: '/',
    status: 200,
    headers: {},
    sha256: '',
    chunks: chunks.map((chunk) => Buffer.from(chunk).toString('base64')),
  };
}
