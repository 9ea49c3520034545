import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Readable } from 'node:stream';
import { objectOf, stringOf } from '../../decode/json.ts';
import type { EngineAddress } from '../engine.ts';
import { requestTo } from './node-http.ts';
import { bodyOf } from './response.ts';

const keepAliveMs = 30_000;

/** An answer other than 200, with what the engine said. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly statusCode: number;

  constructor(statusCode: number, said: string) {
    super(said);
    this.statusCode = statusCode;
  }
}

/**
 * Requests to one engine, each over a connection of its own. They reject with an {@link AnswerError} or as
 * Node's HTTP client does; an abort also cuts an answer that is under way.
 */
export class Exchange {
  readonly #target: RequestOptions;
  readonly #isTls: boolean;

  constructor(address: EngineAddress) {
    this.#isTls = address.kind === 'tcp' && address.tls !== undefined;
    this.#target =
      address.kind === 'unix'
        ? { socketPath: address.socketPath }
        : { host: address.host, port: address.port, ...address.tls };
  }

  get(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = this.#request({ path, signal });
    request.once('response', (response) => {
      // A peer that vanished is noticed, also on a stream that may be silent for days. No effect on unix sockets.
      response.socket.setKeepAlive(true, keepAliveMs);
      accepted(response).then(resolve, reject);
    });
    request.on('error', reject);
    request.end();
    return promise;
  }

  /** Asks for the connection itself: an engine hands it over with 101; one that knows no upgrade answers 200 and goes on with the bytes. */
  upgrade(path: string, signal: AbortSignal): Promise<Readable> {
    const { promise, resolve, reject } = Promise.withResolvers<Readable>();
    const headers = { Connection: 'Upgrade', Upgrade: 'tcp' };
    const request = this.#request({ path, method: 'POST', headers, signal });
    request.once('upgrade', (_answer, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('response', (response) => {
      accepted(response).then(resolve, reject);
    });
    request.on('error', reject);
    request.end();
    return promise;
  }

  #request(options: RequestOptions) {
    const asked = { ...this.#target, ...options, agent: false };
    return requestTo(asked, this.#isTls ? 'tls' : 'plain');
  }
}

async function accepted(response: IncomingMessage): Promise<IncomingMessage> {
  const { statusCode = 0 } = response;
  if (statusCode === 200) return response;
  throw new AnswerError(statusCode, saidIn(await bodyOf(response)));
}

/** The engine's message in the body of an error: `{"message": "…"}`, or the text itself. */
export function saidIn(body: string): string {
  try {
    return stringOf(objectOf(JSON.parse(body)).message) ?? body.trim();
  } catch {
    return body.trim();
  }
}
