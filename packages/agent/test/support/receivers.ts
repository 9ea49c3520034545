import { readFileSync } from 'node:fs';
import type { ContainerRecord } from '@tallyman/sdk';
import {
  type CertificateKind,
  type LibratoLedger,
  type LibratoPoint,
  type LibratoRefusal,
  type LogentriesLedger,
  type LogentriesLine,
  ReceiverProcess,
} from '@tallyman/testkit';
import { isRecord } from './said.ts';
import { until } from './until.ts';

/** Tokens of the right form, one for each kind of record. */
export const logentriesTokens = {
  logs: '10a5c0de-5eed-4a6b-8c1d-70c5e0000001',
  stats: '57a75c0d-5eed-4a6b-8c1d-70c5e0000002',
  events: 'e7e275c0-5eed-4a6b-8c1d-70c5e0000003',
} as const;

export const libratoTokens = {
  logs: 'librato-logs-0d6f2b9c',
  stats: 'librato-stats-8b1e47aa',
  events: 'librato-events-c3907d51',
} as const;

export const libratoEmail = 'ops@quay.example';

/** Everything that would give a token away, also as it stands in a header. */
export const secretTexts: readonly string[] = [
  ...Object.values(logentriesTokens),
  ...Object.values(libratoTokens).flatMap((token) => [token, basic(token)]),
];

/** `email:token` as HTTP Basic has it. */
export function basic(token: string): string {
  return Buffer.from(`${libratoEmail}:${token}`).toString('base64');
}

/** Both services, each in a process of its own. To be held with `await using`. */
export class Receivers implements AsyncDisposable {
  readonly librato: ReceiverProcess<'librato'>;
  readonly logentries: ReceiverProcess<'logentries'>;

  private constructor(
    librato: ReceiverProcess<'librato'>,
    logentries: ReceiverProcess<'logentries'>,
  ) {
    this.librato = librato;
    this.logentries = logentries;
  }

  /** Plain unless a certificate is named. */
  static async start(tls?: CertificateKind): Promise<Receivers> {
    const transport = tls === undefined ? {} : { tls };
    const [librato, logentries] = await Promise.all([
      ReceiverProcess.start('librato', {
        ...transport,
        ...(tls === undefined ? { plainHttp: 'allowed' } : {}),
        tokens: Object.values(libratoTokens).map((token) => ({ token, email: libratoEmail })),
      }),
      ReceiverProcess.start('logentries', {
        ...transport,
        tokens: Object.values(logentriesTokens),
      }),
    ]);
    return new Receivers(librato, logentries);
  }

  /** The sink's place and the options that lead to it. Times are snapped to the second. */
  get libratoOptions() {
    return { url: this.librato.address.url, email: libratoEmail, period: '1s' };
  }

  get logentriesOptions() {
    const { host, port, ca } = this.logentries.address;
    return { host, port, ...(ca === undefined ? { tls: false } : { tls: true, ca }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.librato.close(), this.logentries.close()]);
  }
}

/** Waits until a receiver's counts are as asked, with a bound. */
export function counted<Counts>(
  receiver: { readonly counts: () => Promise<Counts> },
  condition: (counts: Counts) => boolean,
  what: string,
): Promise<Counts> {
  let last: Counts | undefined;
  const asAsked = async (): Promise<Counts | undefined> => {
    const counts = await receiver.counts();
    last = counts;
    return condition(counts) ? counts : undefined;
  };
  return until<Counts>(asAsked, what, { state: () => `It counts ${JSON.stringify(last)}` });
}

/** A record as it came, with the line that brought it. */
export interface Arrived {
  readonly record: ContainerRecord;
  readonly line: LogentriesLine;
}

/** The records of `format: json`, in the order in which they were read. A record in parts is one. */
export function arrivedIn({ accepted }: Pick<LogentriesLedger, 'accepted'>): Arrived[] {
  const arrived: Arrived[] = [];
  let message = '';
  for (const line of accepted) {
    const value: unknown = JSON.parse(line.event);
    if (!isRecord(value)) throw new Error(`reading an event: it is no record: ${line.event}`);
    const { part = 1, parts = 1 } = partOf(value);
    if (value.kind === 'log' && parts > 1) {
      message = (part === 1 ? '' : message) + value.message;
      if (part < parts) continue;
      arrived.push({ line, record: { ...value, message } });
    } else arrived.push({ line, record: value });
  }
  return arrived;
}

function partOf(record: ContainerRecord & { part?: number; parts?: number }) {
  return record;
}

/** Each record once, in the order in which they came last: what came before was sent again. */
export function distinct(arrived: readonly Arrived[]): ContainerRecord[] {
  const last = new Map<string, ContainerRecord>();
  for (const { record } of arrived) {
    last.delete(record.id);
    last.set(record.id, record);
  }
  return [...last.values()];
}

/** `CONTAINER SECONDS` of each sample among records: Librato keeps one point of a metric for each. */
export function slotsOf(records: readonly ContainerRecord[]): Set<string> {
  return new Set(
    records.flatMap((record) =>
      record.kind === 'stat' ? [`${record.container.name} ${secondsOf(record.time)}`] : [],
    ),
  );
}

/** The same, of the points of a metric that every sample has. */
export function slotsAtLibrato(points: readonly LibratoPoint[]): Set<string> {
  return new Set(
    points
      .filter(({ name }) => name === 'docker.memory.usage_bytes')
      .map(({ tags, time }) => `${tags?.container} ${time}`),
  );
}

/** What Librato refused, but for the empty requests by which a sink proves its tokens. */
export function violationsIn({ refusals }: Pick<LibratoLedger, 'refusals'>): LibratoRefusal[] {
  return refusals.filter(
    ({ status, message }) => !(status === 400 && message === 'is not present'),
  );
}

export function secondsOf(time: string): number {
  return Math.floor(Date.parse(time) / 1_000);
}

/** Processor time that a process has used so far (proc(5), /proc/PID/stat; a tick is 10 ms on Linux). */
export function cpuSecondsOf(pid: number): number {
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = after.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
