import type { AnswerBody } from './answer-body.ts';

/** What an endpoint answers, before chunking and faults. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Writes the whole body and resolves when there is no more. */
  readonly body: (body: AnswerBody, signal: AbortSignal) => Promise<void>;
  /** Headers of every other answer that this one has not. */
  readonly without?: readonly string[];
  /** Sent at once, before there is any body. */
  readonly early?: true;
}

/** What an endpoint has to know of a request. */
export interface EngineRequest {
  /** With the version's prefix or, without one, the engine's own. */
  readonly apiVersion: string;
  readonly query: URLSearchParams;
  /** The container as the path names it. */
  readonly reference: string;
}

export function json(content: unknown, status = 200): Answer {
  const bytes = Buffer.from(`${JSON.stringify(content)}\n`);
  return bytesAnswer(status, { 'Content-Type': 'application/json' }, bytes);
}

export function text(content: string, status = 200): Answer {
  return bytesAnswer(status, { 'Content-Type': 'text/plain; charset=utf-8' }, Buffer.from(content));
}

/** As moby's error bodies. */
export function refusal(status: number, message: string): Answer {
  return json({ message }, status);
}

function bytesAnswer(status: number, headers: Record<string, string>, bytes: Buffer): Answer {
  return {
    status,
    headers: { ...headers, 'Content-Length': String(bytes.length) },
    body: (body) => body.write(bytes),
  };
}

/** `1`, `true` and the like, as Go's handlers read a flag (moby httputils.BoolValue). */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = (query.get(name) ?? '').trim().toLowerCase();
  return !['', '0', 'no', 'false', 'none'].includes(value);
}

/** Orders `1.9` before `1.41`. */
export function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}
