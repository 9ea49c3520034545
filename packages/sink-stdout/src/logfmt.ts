import type { Batch, ContainerRecord } from '@tallyman/sdk';
import { printableJson } from './printable.ts';
import type { Encode } from './sink.ts';

type Value = string | number | boolean | undefined;
type Pairs = readonly (readonly [key: string, value: Value])[];

/** `key=value` pairs, one line a record, as go-logfmt reads them. Absent figures are left out. */
export const logfmtLines: Encode = (batch: Batch) =>
  Buffer.from(
    batch.records
      .map((record) => `${pairsOf(record).map(pairText).filter(Boolean).join(' ')}\n`)
      .join(''),
  );

function pairsOf(record: ContainerRecord): Pairs {
  const { container } = record;
  return [
    ['time', record.time],
    ['kind', record.kind],
    ['id', record.id],
    ['host', record.host],
    ['container', container?.name],
    ['container_id', container?.id],
    ['image', container?.image],
    ['compose_project', container?.compose?.project],
    ['compose_service', container?.compose?.service],
    ['swarm_service', container?.swarm?.service],
    ...contentPairs(record),
    ...prefixed('label.', container?.labels ?? {}),
    ...prefixed('field.', record.fields),
  ];
}

function contentPairs(record: ContainerRecord): Pairs {
  switch (record.kind) {
    case 'log':
      return [
        ['stream', record.stream],
        ['truncated', record.truncated],
        ['msg', record.message],
      ];
    case 'stat':
      return [
        ['window_ms', record.windowMs],
        ['cpu_percent', record.cpu.percent],
        ['cpu_usage_nanos', record.cpu.usageNanos],
        ['memory_working_set_bytes', record.memory.workingSetBytes],
        ['memory_usage_bytes', record.memory.usageBytes],
        ['memory_limit_bytes', record.memory.limitBytes],
        ['memory_percent', record.memory.percent],
        ['network_rx_bytes', record.network?.rxBytes],
        ['network_tx_bytes', record.network?.txBytes],
        ['block_read_bytes', record.blockIo?.readBytes],
        ['block_write_bytes', record.blockIo?.writeBytes],
        ['pids', record.pids?.current],
        ['log_lines', record.logs.lines],
        ['log_bytes', record.logs.bytes],
        ['status', record.state.status],
        ['health', record.state.health],
        ['restart_count', record.state.restartCount],
      ];
    case 'event':
      return [
        ['action', record.action],
        ['exit_code', record.exitCode],
        ...prefixed('attribute.', record.attributes),
      ];
  }
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Pairs {
  return Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value] as const);
}

function pairText([key, value]: Pairs[number]): string {
  if (value === undefined) return '';
  const text = String(value);
  return `${key.replace(unsafeInKey, '_')}=${bare.test(text) ? text : printableJson(JSON.stringify(text))}`;
}

const unsafeInKey = /[^\w.\-/]/g;
// Printable ASCII without space, quote, `=` and backslash; everything else is quoted.
const bare = /^[!#-<>-[\]-~]+$/;
