import type { ContainerLog, ContainerRecord } from '@tallyman/sdk';
import { encoderOf as encoderOfSink, printable, type StdoutOptions } from '@tallyman/sink-stdout';
import type { TapFormat } from './choices.ts';

// A terminal wraps a longer line over more rows than one wants to see of it; the other formats have it whole.
const longestMessage = 1_000;

/** How records become the text that is printed. Absent: pretty on a terminal, json otherwise. */
export function encoderOf(
  format: TapFormat | undefined,
  destination: 'terminal' | 'file',
): (records: readonly ContainerRecord[]) => Uint8Array {
  const isTerminal = destination === 'terminal';
  if (format === 'raw')
    return (records) => Buffer.from(messages(records, isTerminal ? printable : asIs));
  const options: StdoutOptions =
    format === undefined ? { color: 'auto' } : { format, color: 'auto' };
  const encode = encoderOfSink(options, isTerminal);
  const isPretty = (format ?? (isTerminal ? 'pretty' : 'json')) === 'pretty';
  return (records) =>
    encode({
      id: 'tap',
      attempt: 1,
      records: isPretty && isTerminal ? records.map(shortened) : records,
    });
}

function messages(
  records: readonly ContainerRecord[],
  textOf: (message: string) => string,
): string {
  return records
    .filter((record) => record.kind === 'log')
    .map(({ message }: ContainerLog) => `${textOf(message)}\n`)
    .join('');
}

function asIs(message: string): string {
  return message;
}

function shortened(record: ContainerRecord): ContainerRecord {
  if (record.kind !== 'log' || record.message.length <= longestMessage) return record;
  return { ...record, message: record.message.slice(0, longestMessage), truncated: true };
}
