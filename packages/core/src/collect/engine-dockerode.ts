import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import Docker from 'dockerode';
import { objectOf, stringOf } from '../decode/json.ts';
import { normalisedTime, timeOfNanos } from '../decode/timestamp.ts';
import { HijackedSource } from './attach/source.ts';
import {
  type AttachQuery,
  addressText,
  type ByteSource,
  type Engine,
  type EngineAddress,
  EngineError,
  type EngineInfo,
  type LogQuery,
} from './engine.ts';
import { engineErrorFrom } from './engine-errors.ts';
import { bodyOf, ResponseSource } from './response.ts';

/** Engines older than this cannot do what the agent needs: Docker 19.03, 2019. */
export const oldestApiVersion = '1.40';
/** The newest version whose answers the agent was written for. */
const newestApiVersion = '1.52';

const keepAliveMs = 30_000;

type Query = Readonly<Record<string, string | number | boolean>>;

/** The part of docker-modem that is used: one request, answered by its response. */
interface Modem {
  version?: string;
  dial(
    request: {
      readonly path: string;
      readonly method: 'GET' | 'POST';
      readonly options: Query | { readonly _query: Query; readonly _body: object };
      readonly isStream: true;
      /** Asks for the connection itself. */
      readonly hijack?: true;
      readonly statusCodes: Readonly<Record<number, true>>;
      readonly abortSignal: AbortSignal;
    },
    answered: (error: unknown, response: object | null) => void,
  ): void;
}

/** An engine reached through dockerode's transport. */
export class DockerodeEngine implements Engine {
  readonly isLocal: boolean;
  readonly #modem: Modem;
  readonly #where: string;
  #apiVersion = oldestApiVersion;

  constructor(address: EngineAddress) {
    this.isLocal = address.kind === 'unix';
    this.#where = addressText(address);
    const { modem } = new Docker(
      address.kind === 'unix'
        ? { socketPath: address.socketPath }
        : {
            host: address.host,
            port: address.port,
            protocol: address.tls ? 'https' : 'http',
            ...address.tls,
          },
    );
    this.#modem = modem;
  }

  async connect(signal: AbortSignal): Promise<EngineInfo> {
    delete this.#modem.version;
    const ping = await this.#request('/_ping?', {}, signal, `reaching the engine`);
    await bodyOf(ping);
    const offered = stringOf(ping.headers['api-version']) ?? oldestApiVersion;
    this.#apiVersion = this.#negotiated(offered);
    this.#modem.version = `v${this.#apiVersion}`;
    const version = objectOf(await this.#json('/version?', {}, signal));
    const info = objectOf(await this.#json('/info?', {}, signal));
    const isPodman = ping.headers['libpod-api-version'] !== undefined;
    return {
      product: `${isPodman ? 'Podman' : 'Docker Engine'} ${stringOf(version.Version) ?? '?'}`,
      isPodman,
      apiVersion: this.#apiVersion,
      hostName: stringOf(info.Name) ?? '',
      now: normalisedTime(stringOf(info.SystemTime) ?? '') ?? timeFromHeader(ping),
    };
  }

  async list(signal: AbortSignal): Promise<readonly unknown[]> {
    const answer = await this.#json('/containers/json?', { all: 1 }, signal);
    if (Array.isArray(answer)) return answer;
    throw new EngineError('failed', `listing containers: ${this.#where} answers with no list`);
  }

  inspect(id: string, signal: AbortSignal): Promise<unknown> {
    return this.#json(`/containers/${id}/json?`, {}, signal);
  }

  stats(id: string, signal: AbortSignal): Promise<unknown> {
    // Without one-shot (API 1.41) the engine takes two samples, a second apart.
    const query = { stream: false, ...(this.#apiVersion === '1.40' ? {} : { 'one-shot': true }) };
    return this.#json(`/containers/${id}/stats?`, query, signal);
  }

  async events({ since }: { readonly since: string }, signal: AbortSignal): Promise<ByteSource> {
    const query = { since, filters: JSON.stringify({ type: ['container'] }) };
    return new ResponseSource(await this.#request('/events?', query, signal, 'reading events'));
  }

  async logs(id: string, query: LogQuery, signal: AbortSignal): Promise<ByteSource> {
    const { follow, since, tail } = query;
    const asked = {
      follow: follow ? 1 : 0,
      stdout: 1,
      stderr: 1,
      timestamps: 1,
      ...(since === undefined ? {} : { since }),
      ...(tail === undefined ? {} : { tail }),
    };
    const path = `/containers/${id}/logs?`;
    return new ResponseSource(await this.#request(path, asked, signal, 'reading a log'));
  }

  async attach(id: string, { backlog }: AttachQuery, signal: AbortSignal): Promise<ByteSource> {
    const asked = { stream: 1, stdout: 1, stderr: 1, stdin: 0, logs: backlog ? 1 : 0 };
    const request = {
      path: `/containers/${id}/attach?`,
      method: 'POST',
      // The transport makes a body of the query unless it is told.
      options: { _query: asked, _body: {} },
      isStream: true,
      hijack: true,
      statusCodes: { 200: true },
      abortSignal: signal,
    } as const;
    const doing = 'attaching to a container';
    return new Promise((resolve, reject) => {
      this.#modem.dial(request, (error, connection) => {
        if (isConnection(connection) && !signal.aborted)
          resolve(new HijackedSource(connection, signal));
        else if (signal.aborted) {
          if (isConnection(connection)) connection.destroy();
          reject(signal.reason);
        } else reject(engineErrorFrom(error, doing, this.#where));
      });
    });
  }

  async #json(path: string, query: Query, signal: AbortSignal): Promise<unknown> {
    const doing = `asking for ${path.slice(0, -1)}`;
    const body = await bodyOf(await this.#request(path, query, signal, doing)).catch((error) => {
      throw signal.aborted ? signal.reason : engineErrorFrom(error, doing, this.#where);
    });
    try {
      return JSON.parse(body);
    } catch (cause) {
      throw new EngineError('failed', `${doing}: the answer is not JSON`, { cause });
    }
  }

  #request(
    path: string,
    query: Query,
    signal: AbortSignal,
    doing: string,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = {
        path,
        method: 'GET',
        options: query,
        isStream: true,
        statusCodes: { 200: true },
        abortSignal: signal,
      } as const;
      this.#modem.dial(request, (error, response) => {
        if (signal.aborted) reject(signal.reason);
        else if (isResponse(response)) {
          // A peer that vanished is noticed, also on a stream that may be silent for days. No effect on unix sockets.
          response.socket.setKeepAlive(true, keepAliveMs);
          resolve(response);
        } else reject(engineErrorFrom(error, doing, this.#where));
      });
    });
  }

  #negotiated(offered: string): string {
    if (isOlder(offered, oldestApiVersion))
      throw new EngineError(
        'too_old',
        `reaching the engine: ${this.#where} speaks API ${offered}, ${oldestApiVersion} is needed; update it to Docker 19.03 or newer`,
      );
    return isOlder(offered, newestApiVersion) ? offered : newestApiVersion;
  }
}

function isResponse(answer: object | null | undefined): answer is IncomingMessage {
  return answer !== null && answer !== undefined && 'headers' in answer;
}

// An engine answers 101 and hands over the socket; one that knows no upgrade answers 200 and goes on with the bytes.
function isConnection(answer: object | null | undefined): answer is Readable {
  return answer !== null && answer !== undefined && 'readable' in answer;
}

function isOlder(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA < majorB || (majorA === majorB && minorA < minorB);
}

// Whole seconds: enough to tell containers older than the agent from younger ones.
function timeFromHeader(response: IncomingMessage): string {
  const milliseconds = Date.parse(response.headers.date ?? '');
  return timeOfNanos(BigInt(Number.isNaN(milliseconds) ? 0 : milliseconds) * 1_000_000n);
}
