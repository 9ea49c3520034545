import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Clock, messageOf, type Secret } from '@tallyman/sdk';
import { codeOf } from '@tallyman/sink-stdout';
import { type AdminAddress, placeText } from './address.ts';
import { AdminError } from './admin-error.ts';
import { type ServerEvent, ServerEventDecoder } from './server-events.ts';
import { misfit } from './shape.ts';

/** Parameters of a request; a list is sent as often as it has entries. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

const answerLimitMs = 10_000;
// The agent says at least a comment every 15 s.
const silenceLimitMs = 45_000;
const mostAnswerBytes = 64 * 1024 * 1024;
const mostRefusalBytes = 64 * 1024;
const longestWords = 1_000;

/** The admin endpoint of an agent. Whatever goes wrong is an {@link AdminError}, unless the signal is aborted. */
export class AdminClient {
  readonly address: AdminAddress;
  readonly #clock: Clock;

  constructor(address: AdminAddress, clock: Clock) {
    this.address = address;
    this.#clock = clock;
  }

  /** `GET /api/state`, as text. */
  async state(signal: AbortSignal): Promise<string> {
    return this.#explained(signal, async () => {
      const answer = await this.#get('api/state', {}, signal);
      return (await this.#bodyOf(answer, mostAnswerBytes)).toString('utf8');
    });
  }

  /**
   * `GET /api/stream`: an empty list once the agent has answered, then the events, those that came together in
   * one list. Ends with the signal; where the agent ends it, that is an error.
   */
  async *stream(query: Query, signal: AbortSignal): AsyncGenerator<readonly ServerEvent[], void> {
    const answer = await this.#explained(signal, () => this.#get('api/stream', query, signal));
    try {
      yield [];
      const decoder = new ServerEventDecoder();
      const chunks = answer[Symbol.asyncIterator]();
      for (;;) {
        const next = await this.#explained(signal, () => this.#inTime(chunks.next(), answer));
        if (next.done) throw this.#failure('the agent has ended the connection');
        const events = await this.#explained(signal, async () => decoder.take(next.value));
        if (events.length > 0) yield events;
      }
    } finally {
      answer.destroy();
    }
  }

  async #get(path: string, query: Query, signal: AbortSignal): Promise<IncomingMessage> {
    const { url: base, socketPath, token } = this.address;
    const url = new URL(path, base);
    for (const [name, values] of Object.entries(query))
      for (const value of [values].flat()) url.searchParams.append(name, value);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = token === undefined ? {} : { authorization: `Bearer ${headerBytes(token)}` };
    const request = send(url, { signal, headers, socketPath, agent: false }).end();
    const answer = await this.#inTime(answerTo(request), request, answerLimitMs);
    if (answer.statusCode !== 200) throw await this.#refusal(answer);
    return answer;
  }

  /** What is waited for, or an error where it takes too long; then the connection is given up. */
  async #inTime<T>(
    awaited: Promise<T>,
    connection: Pick<ClientRequest | IncomingMessage, 'destroy'>,
    limitMs = silenceLimitMs,
  ): Promise<T> {
    const cancel = this.#clock.after(limitMs, () => {
      connection.destroy(new Error(`nothing came for ${limitMs / 1_000} s`));
    });
    try {
      return await awaited;
    } finally {
      cancel();
    }
  }

  async #bodyOf(answer: IncomingMessage, limitBytes: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const body = answer[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.#inTime(body.next(), answer);
      if (next.done) return Buffer.concat(chunks, bytes);
      chunks.push(next.value);
      bytes += next.value.length;
      if (bytes > limitBytes) {
        answer.destroy();
        throw this.#failure(`the answer is larger than ${limitBytes} bytes`);
      }
    }
  }

  async #refusal(answer: IncomingMessage): Promise<AdminError> {
    const status = `${answer.statusCode} ${answer.statusMessage ?? ''}`.trim();
    const body = await this.#bodyOf(answer, mostRefusalBytes);
    const said = saidIn(body.toString('utf8'));
    const where = placeText(this.address);
    if (said === undefined)
      return AdminError.strange(`asking the agent at ${where}: it answered ${status}`);
    return new AdminError(`asking the agent at ${where}: ${said.error} (${status})`, [said.help]);
  }

  async #explained<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof AdminError ? error : this.#failure(reasonOf(error), error);
    }
  }

  #failure(why: string, cause?: unknown): AdminError {
    const { source } = this.address;
    const help = [
      `The address is from ${source}. Does the agent run, and does it listen there (admin.listen)?`,
      'Another address: --admin URL, or the variable TALLYMAN_ADMIN.',
      'An agent in a container: docker exec -it CONTAINER tallyman top (or tap).',
    ];
    const options = cause === undefined ? {} : { cause };
    return new AdminError(`asking the agent at ${placeText(this.address)}: ${why}`, help, options);
  }
}

// Node takes a header as latin1: each of its characters is one byte.
function headerBytes(token: Secret): string {
  return Buffer.from(token.reveal()).toString('latin1');
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve).on('error', reject);
  });
}

/** What the agent says of a request that it refuses. */
function saidIn(json: string): { readonly error: string; readonly help: string } | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (misfit(value, { members: { error: 'string', help: 'string' } }) !== undefined)
      return undefined;
    const { error, help } = value as { readonly error: string; readonly help: string };
    return { error: error.slice(0, longestWords), help: help.slice(0, longestWords) };
  } catch {
    return undefined;
  }
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket (ENOENT)',
  EACCES: 'the socket may not be opened by this user (EACCES)',
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ENOTFOUND: 'its name is not known (ENOTFOUND)',
  EAI_AGAIN: 'its name cannot be looked up now (EAI_AGAIN)',
  ECONNRESET: 'the connection broke (ECONNRESET)',
  EHOSTUNREACH: 'the host is not reached (EHOSTUNREACH)',
  ENETUNREACH: 'the network is not reached (ENETUNREACH)',
  ETIMEDOUT: 'the host does not answer (ETIMEDOUT)',
  EPROTO: 'it does not speak TLS (EPROTO)',
};

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return (code !== undefined && words[code]) || messageOf(error);
}
