import { Writable } from 'node:stream';
import { describe, test } from '@jest/globals';
import type { ContainerRecord, Sink, SinkContext } from '@tallyman/sdk';
import { type Behaviour, describeSink, type SinkBackend } from '@tallyman/testkit/conformance';
import definition, { createStdoutSink, type StdoutOptions, streamOutput } from '../src/index.ts';

const noStatus = 'a stream answers with a code of the system, not with a status';

describeSink(
  definition,
  {
    start: async () => new StreamBackend(),
    invalidOptions: [{ format: 'xml' }, { color: true }, { nonsense: 1 }],
    notApplicable: {
      '2.4': 'there is no URL',
      '3.2': 'a stream knows no credentials',
      '5.1': noStatus,
      '5.4': 'a stream does not answer',
      '5.6': noStatus,
      '5.7': noStatus,
      '5.8': 'a stream knows no credentials',
      '5.9': 'a stream takes bytes, not records',
      '5.10': noStatus,
    },
  },
  { describe, test },
);

/** A stream that takes bytes, fails, or lets its writer wait. */
class StreamBackend implements SinkBackend {
  readonly options = { format: 'json' };
  #behaviour: Behaviour = { kind: 'accept' };
  #text = '';
  #writes = 0;
  #accept: (() => void) | undefined;

  create(options: unknown, context: SinkContext): Sink {
    const stream = new Writable({
      write: (chunk, _encoding, done) => this.#take(String(chunk), done),
    });
    return createStdoutSink(options as StdoutOptions, context, streamOutput(stream));
  }

  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    if (behaviour.kind === 'accept') this.#accept?.();
  }

  arrived(records: readonly ContainerRecord[]): readonly string[] {
    const wanted = new Set(records.map(({ id }) => id));
    const lines = this.#text.split('\n').filter((line) => line !== '');
    return lines.map((line): string => JSON.parse(line).id).filter((id) => wanted.has(id));
  }

  contacts(): number {
    return this.#writes;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #take(text: string, done: (error?: Error) => void): void {
    this.#writes++;
    const accept = () => {
      this.#accept = undefined;
      this.#text += text;
      done();
    };
    switch (this.#behaviour.kind) {
      case 'silence':
        this.#accept = accept;
        return;
      case 'unavailable':
        done(systemError('ENOSPC'));
        return;
      case 'reset':
        done(systemError('EIO'));
        return;
      default:
        accept();
    }
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`write ${code}`), { code });
}
