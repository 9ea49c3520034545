import { type ContainerRecord, systemClock } from '@tallyman/sdk';
import { standardOutput } from '@tallyman/sink-stdout';
import { defaultConfigPath } from '../config/places.ts';
import { type AddressChoice, adminAddress } from '../live/address.ts';
import { AdminClient, type Query } from '../live/admin-client.ts';
import { droppedFrom, recordFrom } from '../live/answers.ts';
import type { TapFormat, TapKind } from '../live/choices.ts';
import { Ending } from '../live/ending.ts';
import { type Following, following } from '../live/following.ts';
import { Printer } from '../live/printer.ts';
import { encoderOf } from '../live/record-text.ts';
import { UsageError } from '../live/usage-error.ts';
import { complain } from './output.ts';

export interface TapOptions extends AddressChoice {
  readonly kinds: readonly TapKind[];
  /** Of each list one has to match. */
  readonly name: readonly string[];
  readonly image: readonly string[];
  readonly label: readonly string[];
  readonly compose: readonly string[];
  readonly sink: readonly string[];
  readonly stream: readonly string[];
  /** Texts of which a line contains one. */
  readonly grep: readonly string[];
  /** Absent: pretty on a terminal, json otherwise. */
  readonly format?: TapFormat;
  /** Ends after so many records. */
  readonly limit?: number;
  /** Ends after so long. */
  readonly forMs?: number;
}

/** `tallyman tap`: records as they come. */
export async function tap(options: TapOptions): Promise<number> {
  refuseMessagesOfOthers(options);
  const address = await adminAddress(options, { env: process.env, defaultConfigPath });
  const client = new AdminClient(address, systemClock);
  using ending = new Ending();
  if (options.forMs !== undefined) systemClock.after(options.forMs, ending.end);
  await using printer = new Printer(standardOutput(systemClock), ending.signal);
  const encode = encoderOf(options.format, printer.isTerminal ? 'terminal' : 'file');
  const links = { clock: systemClock, random: Math.random, signal: ending.signal };
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let wasLost = false;
  for await (const happening of following(client, queryOf(options), links)) {
    if (happening.kind === 'lost' && !wasLost)
      complain([`tallyman: ${happening.error.message}; trying again.`]);
    if (happening.kind === 'reached' && wasLost)
      complain(['tallyman: connected again; what came meanwhile is not shown.']);
    wasLost = happening.kind === 'lost';
    if (happening.kind !== 'events') continue;
    const records = recordsIn(happening).slice(0, left);
    left -= records.length;
    if (records.length > 0 && (await printer.print(encode(records))) === 'ended') break;
    if (left === 0) break;
  }
  return 0;
}

function refuseMessagesOfOthers({ format, kinds }: TapOptions): void {
  if (format === 'raw' && kinds.some((kind) => kind !== 'logs'))
    throw new UsageError('--format raw prints messages, which only logs have; leave --kinds out');
}

function queryOf({ kinds, name, image, label, compose, sink, stream, grep }: TapOptions): Query {
  const filters = { name, image, label, compose, sink, stream, contains: grep };
  return { state: 'off', records: kinds.join(','), ...filters };
}

function recordsIn({ events }: Following & { readonly kind: 'events' }): ContainerRecord[] {
  const records: ContainerRecord[] = [];
  for (const { name, data } of events) {
    if (name === 'record') records.push(recordFrom(data));
    if (name === 'dropped')
      complain([
        `tallyman: ${droppedFrom(data)} records are not shown: they came faster than they could be printed; --name, --grep and --kinds narrow it.`,
      ]);
  }
  return records;
}
