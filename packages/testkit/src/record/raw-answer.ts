import { connect } from 'node:net';

/** An HTTP answer with the chunks its body came in; a body without chunked encoding is one chunk. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: readonly Buffer[];
}

const headEnd = '\r\n\r\n';

/** Asks over a unix socket and reads to the end of the connection. By hand: node:http hides the chunks. */
export async function rawAnswer(
  socketPath: string,
  path: string,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const socket = connect({ path: socketPath, signal });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n`);
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part);
  return parsedAnswer(Buffer.concat(parts), `GET ${path} at ${socketPath}`);
}

/** @throws where the bytes are no complete answer */
export function parsedAnswer(bytes: Buffer, doing: string): RawAnswer {
  const end = bytes.indexOf(headEnd);
  if (end < 0) throw new Error(`${doing}: the answer has no end of its head`);
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const body = bytes.subarray(end + headEnd.length);
  const isChunked = headers['Transfer-Encoding'] === 'chunked';
  return {
    status: Number(statusLine.split(' ')[1]),
    headers,
    chunks: isChunked ? dechunked(body, doing) : body.length > 0 ? [body] : [],
  };
}

function dechunked(body: Buffer, doing: string): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (lineEnd < 0 || Number.isNaN(size)) throw new Error(`${doing}: the answer was cut off`);
    if (size === 0) return chunks;
    const from = lineEnd + 2;
    if (from + size + 2 > body.length) throw new Error(`${doing}: the answer was cut off`);
    chunks.push(body.subarray(from, from + size));
    at = from + size + 2;
  }
}
