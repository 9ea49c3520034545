import { type IncomingMessage, request } from 'node:http';
import type { EmbeddedEngine } from '../../src/embedded/index.ts';
import { type RawAnswer, rawAnswer } from '../../src/record/index.ts';

/** Asks the engine and waits for the end of the answer. */
export function ask(engine: EmbeddedEngine, path: string): Promise<RawAnswer> {
  return rawAnswer(engine.socketPath, path, AbortSignal.timeout(10_000));
}

export async function textOf(engine: EmbeddedEngine, path: string): Promise<string> {
  return Buffer.concat((await ask(engine, path)).chunks).toString('utf8');
}

export async function jsonOf(engine: EmbeddedEngine, path: string): Promise<unknown> {
  return JSON.parse(await textOf(engine, path));
}

/** The actions of an `/events` answer. */
export async function actionsOf(engine: EmbeddedEngine, path: string): Promise<readonly string[]> {
  const lines = (await textOf(engine, path)).trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => String(JSON.parse(line).Action));
}

/** What the frames of a log say, without times. */
export async function linesOf(engine: EmbeddedEngine, path: string): Promise<readonly string[]> {
  const answer = await ask(engine, path);
  return payloadsIn(Buffer.concat(answer.chunks));
}

export function payloadsIn(body: Buffer): readonly string[] {
  const payloads = [];
  for (let at = 0; at < body.length; ) {
    const end = at + 8 + body.readUInt32BE(at + 4);
    payloads.push(body.toString('utf8', at + 8, end));
    at = end;
  }
  return payloads;
}

/** An answer that is still open, with what came so far. */
export class OpenAnswer {
  readonly #response: IncomingMessage;
  readonly ended: Promise<'complete' | 'cut'>;
  received = Buffer.alloc(0);

  constructor(response: IncomingMessage) {
    this.#response = response;
    response.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
    });
    response.on('error', () => {});
    this.ended = new Promise((resolve) => {
      response.once('close', () => resolve(response.complete ? 'complete' : 'cut'));
    });
  }

  /** Resolves once so many bytes are there. */
  async has(bytes: number): Promise<void> {
    while (this.received.length < bytes)
      await new Promise((resolve) => this.#response.once('data', resolve));
  }

  close(): void {
    this.#response.destroy();
  }
}

/** Opens a stream; rejects where the connection ends before there is an answer. */
export function open(engine: EmbeddedEngine, path: string): Promise<OpenAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: engine.socketPath, path, agent: false });
    outgoing.on('error', reject);
    outgoing.once('response', (response) => resolve(new OpenAnswer(response)));
    outgoing.end();
  });
}

export const recordings = new URL('../../recordings/', import.meta.url);
