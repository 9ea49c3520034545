import type { Clock, ContainerRecord, Sink } from '@tallyman/sdk';
import type { ReceiverAddress } from '@tallyman/testkit';
import definition, { type LogentriesOptions } from '../../src/index.ts';
import { observedContext } from './context.ts';

const never: AbortSignal = new AbortController().signal;

/** Options as the sink receives them, with the defaults filled in. */
export function optionsTo(
  { host, port, ca }: ReceiverAddress,
  changes: Partial<LogentriesOptions> = {},
): LogentriesOptions {
  const tls = ca !== undefined;
  const trust = ca === undefined ? {} : { ca };
  return {
    host,
    port,
    tls,
    ...trust,
    format: 'json',
    transport: 'tcp',
    confirm: 'fin',
    ...changes,
  };
}

/** A sink that writes to a receiver, and what it did with its context. */
export function sinkTo(
  address: ReceiverAddress,
  changes: Partial<LogentriesOptions> = {},
  clock?: Clock,
) {
  const { context, seen } = observedContext(clock ? { clock } : {});
  const sink = definition.create(optionsTo(address, changes), context);
  return { sink: closable(sink), seen };
}

function closable(sink: Sink<ContainerRecord>) {
  return {
    open: async (signal: AbortSignal = never) => await sink.open?.(signal),
    write: (records: readonly ContainerRecord[], signal: AbortSignal = never) =>
      sink.write({ id: `batch-${++batches}`, records, attempt: 1 }, signal),
    close: async (signal: AbortSignal = never) => await sink.close?.(signal),
    [Symbol.asyncDispose]: async () => await sink.close?.(never),
    sink,
  };
}

let batches = 0;

/** What a promise came to: the value `delivered`, or what it rejected with. */
export async function outcomeOf(promise: Promise<void>): Promise<unknown> {
  return await promise.then(
    () => 'delivered',
    (error: unknown) => error,
  );
}
