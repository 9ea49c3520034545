import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ContainerRecord } from '@tallyman/sdk';
import type { AgentState } from '../../src/admin/state.ts';
import { agentState } from './sample-state.ts';

/** An answer instead of the usual one. */
export interface Refusal {
  readonly status: number;
  readonly body: string;
}

/** The admin endpoint of an agent, as a test wants it: states and records are pushed by hand. */
export class AdminEndpoint implements AsyncDisposable {
  /** What it answers, and what a stream begins with. */
  state: AgentState = agentState();
  /** While set, every request is answered by it. */
  refusal: Refusal | undefined;
  /** `METHOD URL` of each request. */
  readonly requests: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #streams = new Set<ServerResponse>();
  #port = 0;

  /** Listens, after `stop` on the same port again. */
  async start(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** How many streams are open. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Shows a state to every stream, and to who asks from now on. */
  show(state: AgentState): void {
    this.state = state;
    this.send('state', state);
  }

  record(record: ContainerRecord): void {
    this.send('record', record);
  }

  /** Sends an event to every stream. */
  send(name: string, data: unknown): void {
    this.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Sends bytes to every stream as they are. */
  write(text: string): void {
    for (const stream of this.#streams) stream.write(text);
  }

  /** Goes away, with all its connections. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.stop();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${url}`);
    this.authorizations.push(request.headers.authorization);
    if (this.refusal !== undefined) {
      response.writeHead(this.refusal.status).end(this.refusal.body);
    } else if (url.startsWith('/api/stream')) {
      this.#stream(url, response);
    } else if (url === '/api/state') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(this.state));
    } else {
      response.writeHead(404).end();
    }
  }

  #stream(url: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    if (url.includes('state=1s'))
      response.write(`event: state\ndata: ${JSON.stringify(this.state)}\n\n`);
  }
}
