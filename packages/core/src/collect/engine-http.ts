import type { IncomingMessage } from 'node:http';
import { type Clock, systemClock } from '@tallyman/sdk';
import { objectOf, optional, stringOf } from '../decode/json.ts';
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
import { Exchange } from './transport/exchange.ts';
import { NotPlainError, openRaw } from './transport/raw-answer.ts';
import { ReadPace } from './transport/read-pace.ts';
import { bodyOf, ResponseSource } from './transport/response.ts';

/** Engines older than this cannot do what the agent needs: Docker 19.03, 2019. */
export const oldestApiVersion = '1.40';
/** The newest version whose answers the agent was written for. */
export const newestApiVersion = '1.52';

type Query = Readonly<Record<string, string | number | boolean>>;

/** An engine reached over HTTP: on a unix socket, over TCP, or over TLS. */
export class HttpEngine implements Engine {
  readonly isLocal: boolean;
  readonly #exchange: Exchange;
  readonly #where: string;
  /** Where logs are followed in HTTP/1.0. */
  #rawSocketPath: string | undefined;
  readonly #pace: ReadPace;
  #apiVersion = oldestApiVersion;

  constructor(address: EngineAddress, clock: Clock = systemClock) {
    this.#where = addressText(address);
    this.isLocal = address.kind === 'unix';
    this.#exchange = new Exchange(address);
    this.#rawSocketPath = address.kind === 'unix' ? address.socketPath : undefined;
    this.#pace = new ReadPace(clock);
  }

  async connect(signal: AbortSignal): Promise<EngineInfo> {
    const ping = await this.#request('/_ping', signal, 'reaching the engine');
    await bodyOf(ping);
    const offered = stringOf(ping.headers['api-version']) ?? oldestApiVersion;
    this.#apiVersion = this.#negotiated(offered);
    const version = objectOf(await this.#json('/version', {}, signal));
    const info = objectOf(await this.#json('/info', {}, signal));
    const isPodman = ping.headers['libpod-api-version'] !== undefined;
    const rootDirectory = this.isLocal && !isPodman ? stringOf(info.DockerRootDir) : undefined;
    return {
      product: `${isPodman ? 'Podman' : 'Docker Engine'} ${stringOf(version.Version) ?? '?'}`,
      isPodman,
      apiVersion: this.#apiVersion,
      hostName: stringOf(info.Name) ?? '',
      ...optional({ rootDirectory }),
      now: normalisedTime(stringOf(info.SystemTime) ?? '') ?? timeFromHeader(ping),
    };
  }

  async list(signal: AbortSignal): Promise<readonly unknown[]> {
    const answer = await this.#json('/containers/json', { all: 1 }, signal);
    if (Array.isArray(answer)) return answer;
    throw new EngineError('failed', `listing containers: ${this.#where} answers with no list`);
  }

  inspect(id: string, signal: AbortSignal): Promise<unknown> {
    return this.#json(`/containers/${id}/json`, {}, signal);
  }

  stats(id: string, signal: AbortSignal): Promise<unknown> {
    // Without one-shot (API 1.41) the engine takes two samples, a second apart.
    const query = { stream: false, ...(this.#apiVersion === '1.40' ? {} : { 'one-shot': true }) };
    return this.#json(`/containers/${id}/stats`, query, signal);
  }

  async events({ since }: { readonly since: string }, signal: AbortSignal): Promise<ByteSource> {
    const query = { since, filters: JSON.stringify({ type: ['container'] }) };
    const path = this.#path('/events', query);
    return new ResponseSource(await this.#request(path, signal, 'reading events'));
  }

  async logs(id: string, query: LogQuery, signal: AbortSignal): Promise<ByteSource> {
    const { follow, since, tail } = query;
    const path = this.#path(`/containers/${id}/logs`, {
      follow: follow ? 1 : 0,
      stdout: 1,
      stderr: 1,
      timestamps: 1,
      ...optional({ since, tail }),
    });
    // Whoever follows asks what the end of the stream means; of other answers it has to be certain.
    if (follow && this.#rawSocketPath !== undefined) {
      const raw = await this.#raw(this.#rawSocketPath, path, signal);
      if (raw !== undefined) return raw;
    }
    return new ResponseSource(await this.#request(path, signal, 'reading a log'));
  }

  async attach(id: string, { backlog }: AttachQuery, signal: AbortSignal): Promise<ByteSource> {
    const asked = { stream: 1, stdout: 1, stderr: 1, stdin: 0, logs: backlog ? 1 : 0 };
    const path = this.#path(`/containers/${id}/attach`, asked);
    const connection = this.#exchange.upgrade(path, signal);
    return new HijackedSource(
      await this.#answered(connection, signal, 'attaching to a container'),
      signal,
    );
  }

  /** Nothing where what listens there answers otherwise than an engine: then it is not asked so again. */
  async #raw(
    socketPath: string,
    path: string,
    signal: AbortSignal,
  ): Promise<ByteSource | undefined> {
    const opened = openRaw(socketPath, path, { pace: this.#pace, signal });
    try {
      return await this.#answered(opened, signal, 'reading a log');
    } catch (error) {
      if (!(error instanceof EngineError && error.cause instanceof NotPlainError)) throw error;
      this.#rawSocketPath = undefined;
      return undefined;
    }
  }

  async #json(path: string, query: Query, signal: AbortSignal): Promise<unknown> {
    const doing = `asking for ${path}`;
    const response = await this.#request(this.#path(path, query), signal, doing);
    const body = await this.#answered(bodyOf(response), signal, doing);
    try {
      return JSON.parse(body);
    } catch (cause) {
      throw new EngineError('failed', `${doing}: the answer is not JSON`, { cause });
    }
  }

  #request(path: string, signal: AbortSignal, doing: string): Promise<IncomingMessage> {
    return this.#answered(this.#exchange.get(path, signal), signal, doing);
  }

  async #answered<T>(answer: Promise<T>, signal: AbortSignal, doing: string): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw signal.aborted ? signal.reason : engineErrorFrom(error, doing, this.#where);
    }
  }

  #path(path: string, query: Query): string {
    const parameters = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) parameters.set(key, String(value));
    const asked = parameters.toString();
    return `/v${this.#apiVersion}${path}${asked === '' ? '' : `?${asked}`}`;
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

/** Whether an API version comes before another: `1.9` before `1.41`. */
export function isOlder(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA < majorB || (majorA === majorB && minorA < minorB);
}

// Whole seconds: enough to tell containers older than the agent from younger ones.
function timeFromHeader(response: IncomingMessage): string {
  const milliseconds = Date.parse(response.headers.date ?? '');
  return timeOfNanos(BigInt(Number.isNaN(milliseconds) ? 0 : milliseconds) * 1_000_000n);
}
