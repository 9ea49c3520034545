import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { ContainerRecord } from '@tallyman/sdk';
import type { AgentState } from '../../src/admin/state.ts';
import type { AgentProcess } from './agent-process.ts';
import { isRecord } from './said.ts';
import { until } from './until.ts';

/** Any port that is free. */
export const anyPort = { listen: '127.0.0.1:0' };

export interface AdminAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON, where it is. */
  readonly json: unknown;
}

interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks an agent's admin endpoint, by HTTP as anybody does. */
export class AdminClient {
  readonly #where: { readonly port: number } | { readonly socketPath: string };

  constructor(where: { readonly port: number } | { readonly socketPath: string }) {
    this.#where = where;
  }

  /** Of an agent that was told to listen on any port, once it does. */
  static async of(agent: AgentProcess): Promise<AdminClient> {
    const { address } = await agent.saying('The admin endpoint listens.');
    return new AdminClient({ port: Number(new URL(String(address)).port) });
  }

  async get(path: string, asking: Asking = {}): Promise<AdminAnswer> {
    const answer = await this.#asked(path, asking);
    const chunks = await answer.setEncoding('utf8').toArray();
    const text = chunks.join('');
    const { statusCode = 0, headers } = answer;
    return { status: statusCode, headers, text, json: jsonOf(text) };
  }

  async state(): Promise<AgentState> {
    const { json } = await this.get('/api/state');
    if (!isState(json)) throw new Error('asking for the state: the answer is none');
    return json;
  }

  /** Waits until the state is so. */
  untilState(isSo: (state: AgentState) => boolean, what: string): Promise<AgentState> {
    const found = async () => {
      const state = await this.state();
      return isSo(state) && state;
    };
    return until(found, what);
  }

  /** The value of one series of the metrics, by its text such as `name{label="value"}`. */
  async metric(series: string): Promise<number | undefined> {
    const { text } = await this.get('/metrics');
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  /** Opens a stream. `stalled`: nothing of it is read before {@link LiveEvents.read}. */
  async stream(query: string, reading: 'read' | 'stalled' = 'read'): Promise<LiveEvents> {
    const answer = await this.#asked(`/api/stream?${query}`, {});
    if (answer.statusCode !== 200) throw new Error(`streaming ${query}: ${answer.statusCode}`);
    const events = new LiveEvents(answer);
    if (reading === 'read') events.read();
    return events;
  }

  #asked(path: string, { method = 'GET', headers = {} }: Asking): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request({ ...this.#where, path, method, headers, agent: false }, resolve);
      asked.once('error', reject).end();
    });
  }
}

export interface LiveEvent {
  readonly event: string;
  readonly data: unknown;
}

/** What a stream has sent. To be held with `using`. */
export class LiveEvents implements Disposable {
  readonly events: LiveEvent[] = [];
  comments = 0;
  readonly #answer: IncomingMessage;
  #rest = '';
  #hasEnded = false;

  constructor(answer: IncomingMessage) {
    this.#answer = answer;
    answer.setEncoding('utf8');
    answer.on('end', () => {
      this.#hasEnded = true;
    });
    // A stream may be cut at the end of a test.
    answer.on('error', () => {});
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get records(): ContainerRecord[] {
    return this.of('record').filter(isRecord);
  }

  get messages(): string[] {
    return this.records.flatMap((record) => (record.kind === 'log' ? [record.message] : []));
  }

  get states(): AgentState[] {
    return this.of('state').filter(isState);
  }

  /** How many records were left out, as it was told. */
  get dropped(): number {
    const counts = this.of('dropped').map((data) =>
      typeof data === 'object' && data !== null && 'count' in data ? Number(data.count) : 0,
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  of(event: string): unknown[] {
    return this.events.filter((each) => each.event === event).map(({ data }) => data);
  }

  read(): void {
    this.#answer.on('data', (text: string) => this.#take(text));
  }

  [Symbol.dispose](): void {
    this.#answer.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (event !== undefined && data !== undefined)
        this.events.push({ event, data: JSON.parse(data) });
      else if (block.startsWith(':')) this.comments++;
      else throw new Error(`reading a stream: ${block.slice(0, 100)} is no event`);
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Its details are what tests compare. */
function isState(value: unknown): value is AgentState {
  return typeof value === 'object' && value !== null && 'lanes' in value && 'agent' in value;
}
