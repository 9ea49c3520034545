import type {
  Batch,
  ContainerEvent,
  ContainerLog,
  ContainerRecord,
  ContainerStat,
} from '@tallyman/sdk';
import { ansiColors, type Colors, noColors, type Paint } from './colors.ts';
import { printable } from './printable.ts';
import type { Encode } from './sink.ts';
import { humanBytes, humanPercent, localTime } from './units.ts';

const widestName = 24;
const longestAttribute = 60;

/**
 * For people: one line a record, time and container in front. Nothing a container chose reaches the terminal
 * unescaped, neither what it printed nor its name or its attributes.
 */
export function prettyLines({ color }: { readonly color: boolean }): Encode {
  const colors = color ? ansiColors : noColors;
  let nameWidth = 0;

  const lineOf = (record: ContainerRecord): string => {
    const name = printable(record.container?.name ?? record.host);
    // Grows with the longest name seen, so that lines stand in columns without a wide margin for short names.
    nameWidth = Math.max(nameWidth, Math.min(name.length, widestName));
    const time = colors.dim(printable(localTime(record.time)));
    return `${time} ${paintOf(name, colors)(name.padEnd(nameWidth))} ${contentOf(record, colors)}\n`;
  };
  return (batch: Batch) => Buffer.from(batch.records.map(lineOf).join(''));
}

/** The same colour for the same name, in every run. */
function paintOf(name: string, { names }: Colors): Paint {
  let hash = 0;
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) >>> 0;
  return names[hash % names.length] ?? noColors.dim;
}

function contentOf(record: ContainerRecord, colors: Colors): string {
  switch (record.kind) {
    case 'log':
      return logText(record, colors);
    case 'stat':
      return `${colors.dim('#')} ${statText(record)}`;
    case 'event':
      return eventText(record, colors);
  }
}

function logText({ stream, message, truncated }: ContainerLog, colors: Colors): string {
  const marker = stream === 'stderr' ? colors.red('!') : colors.dim('|');
  return `${marker} ${printable(message)}${truncated ? colors.dim(' … cut') : ''}`;
}

function statText({ cpu, memory, network, blockIo, pids, state }: ContainerStat): string {
  const limit = memory.limitBytes === undefined ? '' : `/${humanBytes(memory.limitBytes)}`;
  const share = memory.percent === undefined ? '' : ` ${humanPercent(memory.percent)}`;
  const parts = [
    `cpu ${cpu.percent === undefined ? '-' : humanPercent(cpu.percent)}`,
    `mem ${humanBytes(memory.workingSetBytes)}${limit}${share}`,
    network && `net ${humanBytes(network.rxBytes)} in ${humanBytes(network.txBytes)} out`,
    blockIo &&
      `blk ${humanBytes(blockIo.readBytes)} read ${humanBytes(blockIo.writeBytes)} written`,
    pids && `pids ${pids.current}`,
    state.health && printable(state.health),
    state.status !== 'running' && printable(state.status),
  ];
  return parts.filter(Boolean).join('  ');
}

function eventText({ action, exitCode, attributes }: ContainerEvent, colors: Colors): string {
  const parts = [colors.bold(printable(action))];
  if (exitCode !== undefined) parts.push(exitPaint(exitCode, colors)(`exit ${exitCode}`));
  for (const [key, value] of Object.entries(attributes))
    if (!shownElsewhere.has(key)) parts.push(colors.dim(attributeText(key, value)));
  return `${colors.dim('*')} ${parts.join(' ')}`;
}

const shownElsewhere = new Set(['name', 'image', 'exitCode']);

function exitPaint(exitCode: number, colors: Colors): Paint {
  return exitCode === 0 ? colors.dim : colors.red;
}

function attributeText(key: string, value: string): string {
  const shown = value.length > longestAttribute ? `${value.slice(0, longestAttribute)}…` : value;
  return `${printable(key)}=${printable(shown)}`;
}
