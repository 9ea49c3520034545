import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import axios, { type AxiosRequestConfig } from 'axios';
import { credentialsOf, type HttpAuth } from './auth.ts';
import { abandoned, networkFailure } from './network-failure.ts';
import { type Redact, redacting } from './redact.ts';
import { type HttpResponse, responseFrom } from './response.ts';
import { type HttpPath, targetOf, urlWithoutCredentials } from './url.ts';

export interface HttpClientOptions {
  /** What every path is put behind. User and password in it are left out. */
  readonly url: string;
  /** See `userAgentOf`. */
  readonly userAgent: string;
  /** More of an answer is not read. Default 256 KiB. */
  readonly responseLimitBytes?: number;
  /** Trusted besides the authorities of the system, in PEM. */
  readonly ca?: string;
  /** What to do about an error, by its code (`ENOTFOUND`), where the sink knows better than the client. */
  readonly advice?: Readonly<Record<string, string>>;
}

export interface HttpRequest {
  /** For errors: `posting 300 points`. */
  readonly doing: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: HttpPath;
  readonly body?: string | Uint8Array;
  /** Of the body. Default `application/json`. */
  readonly contentType?: string;
  /** `gzip` compresses the body. Default `none`: not every server reads compressed ones. */
  readonly compression?: 'gzip' | 'none';
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth?: HttpAuth;
}

/** Sends one request at a time or many, over connections that are kept. Never retries, never follows redirects. */
export interface HttpClient {
  /**
   * Resolves with the answer, whatever its status; see `refusalFrom`. Rejects with a `SinkError` where there is
   * none, also when the signal aborts, which is the only limit on time. Nothing it rejects with, and nothing in
   * the answer, holds a credential of the request.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
  /** Closes the connections that are kept. */
  close(): void;
}

/** Throws where the URL is none. Opens nothing before the first request. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  return new AxiosClient(options);
}

const compressed = promisify(gzip);
const defaultResponseLimitBytes = 256 * 1024;

// A sink has a handful of tokens.
const mostSecrets = 100;

class AxiosClient implements HttpClient {
  readonly #options: HttpClientOptions;
  readonly #base: string;
  readonly #httpAgent: HttpAgent;
  readonly #httpsAgent: HttpsAgent;
  readonly #secrets = new Set<string>();

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#base = urlWithoutCredentials(options.url);
    // The agents know HTTPS_PROXY and NO_PROXY themselves, and axios leaves it to them.
    const kept = { keepAlive: true, proxyEnv: process.env };
    const ca = options.ca === undefined ? {} : { ca: [...getCACertificates(), options.ca] };
    this.#httpAgent = new HttpAgent(kept);
    this.#httpsAgent = new HttpsAgent({ ...kept, ...ca });
  }

  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const { url, shown, secrets } = targetOf(this.#base, request.path);
    const subject = `${request.doing} to ${shown}`;
    const credentials = credentialsOf(request.auth, subject);
    const redact = this.#redactingAll([...credentials.secrets, ...secrets]);
    if (signal.aborted) throw abandoned(subject, signal);
    try {
      const { status, headers, data } = await axios.request<Readable>({
        ...this.#fixedConfig(),
        url,
        method: request.method,
        headers: { ...this.#headersOf(request), ...credentials.headers },
        data: await this.#bodyOf(request),
        signal,
      });
      const limitBytes = this.#options.responseLimitBytes ?? defaultResponseLimitBytes;
      const received = { status, headers, body: data };
      return await responseFrom(received, { subject, limitBytes, redact }, signal);
    } catch (error) {
      if (signal.aborted) throw abandoned(subject, signal);
      const { host } = new URL(this.#base);
      throw networkFailure(error, { subject, host, redact, advice: this.#options.advice ?? {} });
    }
  }

  close(): void {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }

  /** Also what went with earlier requests: a server that repeats credentials may mix them up. */
  #redactingAll(secrets: readonly string[]): Redact {
    for (const secret of secrets) this.#secrets.add(secret);
    for (const oldest of this.#secrets) {
      if (this.#secrets.size <= mostSecrets) break;
      this.#secrets.delete(oldest);
    }
    return redacting([...this.#secrets]);
  }

  #fixedConfig(): AxiosRequestConfig {
    return {
      adapter: 'http',
      httpAgent: this.#httpAgent,
      httpsAgent: this.#httpsAgent,
      maxRedirects: 0,
      responseType: 'stream',
      timeout: 0,
      // Bodies go out and come in as they are, and every status is an answer.
      transformRequest: [],
      transformResponse: [],
      validateStatus: () => true,
    };
  }

  #headersOf({ body, contentType = 'application/json', compression, headers }: HttpRequest) {
    return {
      'User-Agent': this.#options.userAgent,
      Accept: 'application/json',
      ...(body !== undefined && { 'Content-Type': contentType }),
      ...(body !== undefined && compression === 'gzip' && { 'Content-Encoding': 'gzip' }),
      ...headers,
    };
  }

  async #bodyOf({ body, compression }: HttpRequest): Promise<Buffer | undefined> {
    if (body === undefined) return undefined;
    const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
    return compression === 'gzip' ? await compressed(bytes) : bytes;
  }
}
