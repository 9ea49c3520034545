import type { SortKey } from './choices.ts';
import type { ContainerFigures } from './figures.ts';
import { bytesText, countText, percentText } from './figures-text.ts';
import type { Line, Style } from './line.ts';
import { type Order, sinksOf } from './order.ts';
import { type Cell, type Column, placed, rowLine, titleLine } from './table.ts';

type ContainerColumn = Column<ContainerFigures>;

const name: ContainerColumn = {
  title: 'NAME',
  narrowest: 20,
  widest: 48,
  align: 'left',
  cell: ({ container }) => ({
    text: container.name,
    style: container.status === 'running' ? 'plain' : 'dim',
  }),
};
const cpu = figure('CPU%', 7, percentText, ({ container }) => container.stat?.cpuPercent);
const memory = figure('MEM', 7, bytesText, ({ container }) => container.stat?.memoryBytes);
const limit = figure('LIMIT', 7, bytesText, ({ container }) => container.stat?.memoryLimitBytes);
const memoryPercent = figure('MEM%', 6, percentText, ({ container }) => {
  return container.stat?.memoryPercent;
});
const rx = figure('RX/S', 7, bytesText, ({ rxBytes }) => rxBytes);
const tx = figure('TX/S', 7, bytesText, ({ txBytes }) => txBytes);
const read = figure('READ/S', 7, bytesText, ({ readBytes }) => readBytes);
const write = figure('WRITE/S', 7, bytesText, ({ writeBytes }) => writeBytes);
const pids = figure('PIDS', 5, countText, ({ container }) => container.stat?.pids);
const lines = figure('LINES/S', 8, countText, ({ lines: perSecond }) => perSecond);
const logBytes = figure('LOG/S', 7, bytesText, ({ logBytes: perSecond }) => perSecond);
const health: ContainerColumn = {
  title: 'HEALTH',
  narrowest: 10,
  align: 'left',
  cell: ({ container: { status, health: said } }) => {
    const text = status === 'running' ? (said ?? '-') : status;
    return { text, style: healthStyles.get(text) ?? 'dim' };
  },
};
const healthStyles: ReadonlyMap<string, Style> = new Map([
  ['healthy', 'good'],
  ['starting', 'warning'],
  ['restarting', 'warning'],
  ['unhealthy', 'bad'],
  ['dead', 'bad'],
]);
const sinks: ContainerColumn = {
  title: 'SINKS',
  narrowest: 8,
  widest: 40,
  align: 'left',
  cell: ({ container }) => ({ text: sinksOf(container).join(',') || 'none', style: 'dim' }),
};

const columns: readonly ContainerColumn[] = [
  name,
  cpu,
  memory,
  limit,
  memoryPercent,
  rx,
  tx,
  read,
  write,
  pids,
  lines,
  logBytes,
  health,
  sinks,
];

const byWeight: readonly ContainerColumn[] = [
  name,
  cpu,
  memory,
  lines,
  rx,
  tx,
  health,
  memoryPercent,
  logBytes,
  sinks,
  limit,
  read,
  write,
  pids,
];

/** Where the order shows. */
const columnOf: Readonly<Record<SortKey, ContainerColumn>> = {
  name,
  cpu,
  memory,
  net: rx,
  block: read,
  pids,
  lines,
  bytes: logBytes,
};

function figure(
  title: string,
  width: number,
  textOf: (figure: number) => string,
  figureIn: (row: ContainerFigures) => number | undefined,
): ContainerColumn {
  const cell = (row: ContainerFigures): Cell => {
    const value = figureIn(row);
    return value === undefined ? { text: '-', style: 'dim' } : { text: textOf(value) };
  };
  return { title, narrowest: width, align: 'right', cell };
}

export interface ContainerTable {
  readonly titles: Line;
  /** One line a container, in the order given. */
  readonly rows: readonly Line[];
}

/** Those of the containers that are `shown`, in columns that fit all of them. */
export function containerTable(
  containers: readonly ContainerFigures[],
  {
    shown,
    width,
    sort,
    order,
  }: {
    readonly shown: readonly ContainerFigures[];
    readonly width: number;
    readonly sort: SortKey;
    readonly order: Order;
  },
): ContainerTable {
  const fitting = placed(columns, { byWeight, rows: containers, width });
  const isDown = (sort === 'name') === (order === 'reversed');
  const marks = new Map([[columnOf[sort], isDown ? '▼' : '▲']]);
  return { titles: titleLine(fitting, marks), rows: shown.map((row) => rowLine(fitting, row)) };
}
