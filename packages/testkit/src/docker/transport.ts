import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';

export interface EngineRequest {
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as it is when bytes, as JSON otherwise. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The engine answered, and the answer is no. */
class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Whether the engine refused with one of these HTTP statuses. */
export function isRefusal(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof EngineRefusal && statuses.includes(error.status);
}

/**
 * One request over the engine's unix socket. Resolves with the open response as soon as its head is
 * there; rejects with {@link EngineRefusal} for a status of 400 or more. Each request has its own
 * connection, so that nothing stays open behind a test.
 */
export async function requestEngine(
  socketPath: string,
  method: string,
  path: string,
  options: EngineRequest = {},
): Promise<IncomingMessage> {
  const target = options.query ? `${path}?${new URLSearchParams(options.query).toString()}` : path;
  const doing = `${method} ${target} at ${socketPath}`;
  const response = await send(socketPath, method, target, options).catch((cause: unknown) => {
    options.signal?.throwIfAborted();
    throw new Error(`${doing}: no answer; is a Docker engine listening there?`, { cause });
  });
  const status = response.statusCode ?? 0;
  if (status < 400) return response;
  const text = (await bodyOf(response)).toString('utf8');
  throw new EngineRefusal(`${doing}: HTTP ${status}, ${messageIn(text)}`, status);
}

/** All bytes of a response. */
export async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function send(
  socketPath: string,
  method: string,
  target: string,
  { body, headers = {}, signal }: EngineRequest,
): Promise<IncomingMessage> {
  const payload = payloadOf(body);
  return new Promise((resolve, reject) => {
    const outgoing = request({
      socketPath,
      method,
      path: target,
      agent: false,
      headers: { host: 'docker', ...payload.headers, ...headers },
      ...(signal && { signal }),
    });
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(payload.bytes);
  });
}

function payloadOf(body: unknown): { bytes: Uint8Array; headers: OutgoingHttpHeaders } {
  if (body === undefined) return { bytes: new Uint8Array(), headers: {} };
  if (body instanceof Uint8Array)
    return {
      bytes: body,
      headers: { 'content-type': 'application/x-tar', 'content-length': `${body.length}` },
    };
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    bytes,
    headers: { 'content-type': 'application/json', 'content-length': `${bytes.length}` },
  };
}

/** The engine says `{"message": "…"}`, other things on the way say anything. */
function messageIn(text: string): string {
  try {
    const answer: unknown = JSON.parse(text);
    const said = valueAt(answer, 'message');
    return typeof said === 'string' ? said : text.trim();
  } catch {
    return text.trim();
  }
}

/** What is at `path` in JSON, or undefined where something on the way is missing. */
export function valueAt(json: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    json,
  );
}

/** The text at `path`, empty where there is none. */
export function textAt(json: unknown, ...path: readonly string[]): string {
  const value = valueAt(json, ...path);
  return typeof value === 'string' ? value : '';
}

/** The number at `path`, zero where there is none. */
export function numberAt(json: unknown, ...path: readonly string[]): number {
  const value = valueAt(json, ...path);
  return typeof value === 'number' ? value : 0;
}
