import { describe, test } from '@jest/globals';
import type { ContainerRecord } from '@tallyman/sdk';
import { LogentriesReceiver } from '@tallyman/testkit';
import {
  AnswerGate,
  type Behaviour,
  describeSink,
  httpHarness,
  type SinkBackend,
  type Surroundings,
} from '@tallyman/testkit/conformance';
import definition from '../src/index.ts';
import { eventsToken, logsToken, statsToken } from './support/context.ts';

const token = { log: logsToken, stat: statsToken, event: eventsToken };
const invalidOptions = [
  { region: 'Europe' },
  { port: 0 },
  { ca: 'ca.pem' },
  { transport: 'udp' },
  { nonsense: 1 },
];

describe('by webhook', () => {
  describeSink(
    definition,
    httpHarness({
      options: (url) => ({ ...addressOf(url), transport: 'webhook' }),
      invalidOptions,
      token,
      accepted: { status: 204 },
      partial: (refused, { body }) => ({
        status: refused.some(({ record }) => body.includes(record.id)) ? 400 : 204,
      }),
      notApplicable: {
        '2.4': 'the service takes a token in the path and nowhere else',
        '3.2': 'only a request that carries an event would prove its token',
        '6.1': 'events are posted side by side, and the service orders them by their receipt',
      },
    }),
    { describe, test },
  );
});

const silent = 'the token protocol has no answers';

describe('by TCP', () => {
  describeSink(
    definition,
    {
      start: (surroundings) => LinesBackend.start(surroundings),
      invalidOptions,
      token,
      notApplicable: {
        '2.4': 'there is no URL',
        '3.2': silent,
        '5.1': silent,
        '5.2': silent,
        '5.4': silent,
        '5.6': silent,
        '5.7': silent,
        '5.8': silent,
        '5.9': silent,
        '5.10': silent,
      },
    },
    { describe, test },
  );
});

function addressOf(url: string) {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port), tls: false };
}

/** A receiver that closes connections in answer, which is all that it can say, while its gate is open. */
class LinesBackend implements SinkBackend {
  readonly options: SinkBackend['options'];
  readonly #receiver: LogentriesReceiver;
  readonly #gate: AnswerGate;

  static async start({ clock }: Surroundings): Promise<LinesBackend> {
    const gate = new AnswerGate(clock);
    return new LinesBackend(await LogentriesReceiver.start({}, { clock: gate }), gate);
  }

  private constructor(receiver: LogentriesReceiver, gate: AnswerGate) {
    this.#receiver = receiver;
    this.#gate = gate;
    this.options = addressOf(receiver.address.url);
    receiver.always({ endDelayMs: 1 });
  }

  behave({ kind }: Behaviour): void {
    if (kind === 'silence') this.#gate.close();
    else this.#gate.open();
    this.#receiver.always(kind === 'reset' ? 'reset' : { endDelayMs: 1 });
    if (kind === 'reset') this.#receiver.cut();
  }

  arrived(records: readonly ContainerRecord[]): readonly string[] {
    const wanted = new Set(records.map(({ id }) => id));
    const { accepted } = this.#receiver.ledger();
    const ids = accepted.map(({ event }): string => JSON.parse(event).id);
    return ids.filter((id) => wanted.has(id));
  }

  contacts(): number {
    return this.#receiver.counts().lines;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#receiver.close();
  }
}
