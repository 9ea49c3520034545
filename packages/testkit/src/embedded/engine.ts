import { link, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '@tallyman/sdk';
import { chunksOf, type Recording } from '../record/recording.ts';
import type { Answer } from './answer.ts';
import { refusal } from './answer.ts';
import { AnswerBody, type BodySettings, type BreakPoint } from './answer-body.ts';
import { Bell } from './bell.ts';
import type { Chunking } from './chunking.ts';
import type { ContainerOptions, EmbeddedContainer } from './container.ts';
import { type EmbeddedEngineOptions, identityOf } from './engine-options.ts';
import { type Endpoint, type Fault, FaultPlan } from './faults.ts';
import { OpenAnswers } from './open-answers.ts';
import { answerOf, type Route, routeOf, unversioned } from './routes.ts';
import { upgrade } from './upgrade.ts';
import { World } from './world.ts';

const keptRequests = 10_000;

export interface StopOptions {
  /** What is still there after the next `start()`. A real daemon forgets its events. Default `everything`. */
  readonly keep?: 'everything' | 'containers' | 'nothing';
  /** A leftover socket refuses connections; without one there is nothing to connect to. Default `nothing`. */
  readonly leave?: 'nothing' | 'socket';
}

/** A Docker engine without Docker: a scripted world, or recordings of a real one, on a unix socket. */
export class EmbeddedEngine implements AsyncDisposable {
  readonly #options: EmbeddedEngineOptions;
  readonly #clock: Clock;
  readonly #world: World;
  readonly #faults = new FaultPlan();
  readonly #recordings = new Map<string, Recording>();
  readonly #resumed = new Bell();
  readonly #running = new Set<Promise<void>>();
  readonly #requests: string[] = [];
  readonly #open = new OpenAnswers();
  readonly #handedOver = new Set<Duplex>();
  #ownDirectory: string | undefined;
  #socketPath: string | undefined;
  #server: Server | undefined;
  #stalled = false;
  chunking: Chunking;

  constructor(options: EmbeddedEngineOptions = {}) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#world = new World(identityOf(options), this.#clock);
    this.chunking = options.chunking ?? 'recorded';
  }

  get socketPath(): string {
    if (this.#socketPath === undefined) throw new Error('the embedded engine was not started yet');
    return this.#socketPath;
  }

  get clock(): Clock {
    return this.#clock;
  }

  /** `METHOD URL` of what was asked, oldest first; the newest ten thousand. */
  get requests(): readonly string[] {
    return this.#requests;
  }

  async start(): Promise<this> {
    if (this.#server) return this;
    this.#socketPath ??= this.#options.socketPath ?? (await this.#temporarySocket());
    await rm(this.#socketPath, { force: true });
    const server = createServer((request, response) =>
      this.#track(this.#serve(request, response).catch(() => void response.destroy())),
    );
    server.on('upgrade', (request, connection) =>
      this.#track(this.#upgrade(request, connection).catch(() => void connection.destroy())),
    );
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.#socketPath, resolve);
    });
    this.#server = server;
    this.#stalled = false;
    return this;
  }

  /** Ends every connection and the socket, as a daemon that went away; `start()` brings it back. */
  async stop({ keep = 'everything', leave = 'nothing' }: StopOptions = {}): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server && this.#socketPath !== undefined) {
      // Closing removes the socket's file; a second name for it survives.
      const leftover = `${this.#socketPath}.left`;
      if (leave === 'socket') await link(this.#socketPath, leftover);
      const closed = new Promise((resolve) => server.close(resolve));
      this.#cut(server);
      await closed;
      if (leave === 'socket') await rename(leftover, this.#socketPath);
      await Promise.all(this.#running);
    }
    if (keep !== 'everything') this.#world.events.forget();
    if (keep === 'nothing') this.#world.clear();
  }

  /** Stops for good and removes what it put on the disk. */
  async close(): Promise<void> {
    await this.stop();
    if (this.#ownDirectory !== undefined)
      await rm(this.#ownDirectory, { recursive: true, force: true });
    else if (this.#socketPath !== undefined) await rm(this.#socketPath, { force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  container(options: ContainerOptions): EmbeddedContainer {
    return this.#world.create(options);
  }

  /** The next requests of this endpoint go wrong like this. Several faults wait for their turn. */
  fault(endpoint: Endpoint, fault: Fault): this {
    this.#faults.add(endpoint, fault);
    return this;
  }

  clearFaults(): this {
    this.#faults.clear();
    return this;
  }

  /** Answers the recording's request (any query), or the given path, as it was recorded. */
  serve(recording: Recording, path: string = recording.request): this {
    this.#recordings.set(unversioned(path).path, recording);
    return this;
  }

  /** Goes on accepting, but sends nothing more until `resume()`. */
  stall(): this {
    this.#stalled = true;
    return this;
  }

  resume(): this {
    this.#stalled = false;
    this.#resumed.ring();
    return this;
  }

  /** Breaks every open connection, also in the middle of a body. */
  cutConnections(): this {
    if (this.#server) this.#cut(this.#server);
    return this;
  }

  /** The answers of this endpoint that are open now say nothing more and stay open; what is asked later is answered. */
  silence(endpoint: Endpoint, container?: EmbeddedContainer): this {
    this.#open.silence(endpoint, container?.id);
    if (endpoint === 'attach')
      for (const each of container ? [container] : this.#world.containers)
        each.attachments.silence();
    return this;
  }

  /** Sets the engine's clock forward, or back where negative. */
  shiftClock(ms: number): this {
    this.#world.shiftClock(ms);
    return this;
  }

  #track(answered: Promise<void>): void {
    this.#running.add(answered);
    void answered.finally(() => this.#running.delete(answered));
  }

  #cut(server: Server): void {
    server.closeAllConnections();
    // Those are the server's no more.
    for (const connection of this.#handedOver) connection.destroy();
  }

  async #upgrade(request: IncomingMessage, connection: Duplex): Promise<void> {
    this.#handedOver.add(connection);
    connection.once('close', () => this.#handedOver.delete(connection));
    const url = this.#asked(request);
    const fault = this.#faultFor(routeOf(url, this.#world.identity.apiVersion));
    const open = (signal: AbortSignal) => this.#goesOn(signal);
    await upgrade({ url, connection }, { world: this.#world, clock: this.#clock, fault, open });
  }

  /** Notes what is asked for. */
  #asked({ method, url = '/' }: IncomingMessage): string {
    this.#requests.push(`${method} ${url}`);
    if (this.#requests.length > keptRequests) this.#requests.shift();
    return url;
  }

  #faultFor(route: Route | undefined): Fault | undefined {
    return route && this.#faults.take(route.endpoint, route.request.reference || undefined);
  }

  async #goesOn(until: AbortSignal): Promise<void> {
    while (this.#stalled && !until.aborted) await this.#resumed.rung(until);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { signal } = gone;
    const url = this.#asked(request);
    const route = routeOf(url, this.#world.identity.apiVersion);
    const fault = this.#faultFor(route);
    if (fault && 'delayMs' in fault) await this.#clock.sleep(fault.delayMs, signal);
    if (fault && 'connection' in fault && fault.afterBytes === undefined) {
      if (fault.connection === 'reset') request.socket.destroy();
      return;
    }
    const answer = this.#answer(url, fault);
    const endpoint = route?.endpoint ?? 'ping';
    const containerId = route && this.#world.find(route.request.reference)?.id;
    await this.#open.during({ endpoint, containerId }, async (mayGoOn) => {
      const open = async (until: AbortSignal) => {
        await this.#goesOn(until);
        await mayGoOn(until);
      };
      await this.#send(answer, response, { breakPoint: breakPointOf(fault), open, signal });
    });
  }

  #answer(url: string, fault: Fault | undefined): Answer {
    if (fault && 'status' in fault)
      return refusal(fault.status, fault.message ?? 'fault set by the test');
    const recording = this.#recordings.get(unversioned(url).path);
    if (recording) return recordedAnswer(recording);
    const route = routeOf(url, this.#world.identity.apiVersion);
    return route ? answerOf(route, this.#world, this.#clock) : noSuchPage;
  }

  async #send(
    answer: Answer,
    response: ServerResponse,
    settings: Omit<BodySettings, 'chunking'>,
  ): Promise<void> {
    const { open, signal } = settings;
    await open(signal);
    if (signal.aborted) return;
    response.statusCode = answer.status;
    for (const [name, value] of Object.entries({ ...this.#ownHeaders(), ...answer.headers }))
      if (!answer.without?.includes(name)) response.setHeader(name, value);
    if (answer.early) response.flushHeaders();
    const body = new AnswerBody(response, { chunking: this.chunking, ...settings });
    await answer.body(body, signal);
    if (!signal.aborted) await body.end();
  }

  #ownHeaders(): Record<string, string> {
    const { apiVersion, version } = this.#world.identity;
    return {
      'Api-Version': apiVersion,
      'Docker-Experimental': 'false',
      Ostype: 'linux',
      Server: `Docker/${version} (linux)`,
    };
  }

  async #temporarySocket(): Promise<string> {
    this.#ownDirectory = await mkdtemp(join(tmpdir(), 'tallyman-engine-'));
    return join(this.#ownDirectory, 'docker.sock');
  }
}

const noSuchPage: Answer = {
  ...refusal(404, 'page not found'),
  without: ['Api-Version', 'Docker-Experimental', 'Ostype', 'Server'],
};

function breakPointOf(fault: Fault | undefined): BreakPoint | undefined {
  if (!fault || !('connection' in fault) || fault.afterBytes === undefined) return undefined;
  return { connection: fault.connection, afterBytes: fault.afterBytes };
}

function recordedAnswer(recording: Recording): Answer {
  return {
    status: recording.status,
    headers: recording.headers,
    early: true,
    body: async (body) => {
      for (const chunk of chunksOf(recording)) await body.write(chunk);
    },
  };
}
