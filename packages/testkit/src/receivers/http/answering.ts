import type { ServerResponse } from 'node:http';
import type { HttpAnswerStep } from './steps.ts';

/** What a receiver says of its own accord. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

export const emptyAnswer: HttpAnswer = { status: 200 };

/** The step's answer; the receiver's own in all that the step leaves open. */
export function answerOf(
  { body, headers, retryAfter, status }: HttpAnswerStep,
  own: HttpAnswer,
  nowMs: number,
): HttpAnswer {
  const replaced = status !== undefined || body !== undefined;
  const said = replaced ? { status: status ?? own.status, body: body ?? '' } : own;
  return {
    ...said,
    headers: { ...own.headers, ...retryAfterHeader(retryAfter, nowMs), ...headers },
  };
}

export function sendAnswer(response: ServerResponse, answer: HttpAnswer): void {
  response.end(writeHead(response, answer, 0));
}

/** Writes the head, which may promise more than there is; what there is of the body. */
export function writeHead(
  response: ServerResponse,
  answer: HttpAnswer,
  missingBytes: number,
): Buffer {
  const { body = '', headers = {}, status } = answer;
  const isText = typeof body === 'string';
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  const length = bytes.length + missingBytes;
  const type = { 'Content-Type': isText ? 'text/plain' : 'application/json' };
  response.writeHead(status, {
    ...(bytes.length > 0 ? type : {}),
    ...(status === 204 ? {} : { 'Content-Length': String(length) }),
    ...headers,
  });
  return bytes;
}

function retryAfterHeader(
  retryAfter: HttpAnswerStep['retryAfter'],
  nowMs: number,
): Record<string, string> {
  if (retryAfter === undefined) return {};
  if ('seconds' in retryAfter) return { 'Retry-After': String(retryAfter.seconds) };
  return { 'Retry-After': new Date(nowMs + retryAfter.dateInSeconds * 1_000).toUTCString() };
}
