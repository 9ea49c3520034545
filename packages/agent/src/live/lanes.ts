import type { LaneState } from '../admin/state.ts';
import type { Work } from './backlog.ts';
import type { LaneFigures } from './figures.ts';
import { bytesText, countText, percentText, secondsBetween, secondsText } from './figures-text.ts';
import { cutLine, type Line, type Style, span } from './line.ts';
import { type Column, placed, rowLine, titleLine } from './table.ts';

/** A lane at a moment, which its durations are counted up to. */
interface LaneRow extends LaneFigures {
  readonly time: string;
}

type LaneColumn = Column<LaneRow>;

const sink: LaneColumn = {
  title: 'SINK',
  narrowest: 10,
  widest: 32,
  align: 'left',
  cell: ({ lane }) => ({ text: lane.sink }),
};
const type: LaneColumn = {
  title: 'TYPE',
  narrowest: 10,
  widest: 24,
  align: 'left',
  cell: ({ lane }) => ({ text: lane.type, style: 'dim' }),
};
const status: LaneColumn = {
  title: 'STATUS',
  narrowest: 8,
  align: 'left',
  cell: ({ lane }) => ({ text: lane.status, style: styleOf(lane) }),
};
const since = figure('FOR', 6, ({ lane, time }) => secondsText(secondsBetween(lane.since, time)));
const delivered = figure('SENT/S', 6, ({ deliveredPerSecond }) =>
  deliveredPerSecond === undefined ? '-' : countText(deliveredPerSecond),
);
const held = figure('HELD', 5, ({ lane }) => countText(lane.account.held));
const memory = figure('MEMORY', 7, ({ lane }) => bytesText(lane.queue.memoryBytes));
const disk = figure('ON DISK', 7, ({ lane: { queue } }) =>
  queue.diskFreeBytes === undefined && queue.storedRecords === 0
    ? '-'
    : countText(queue.storedRecords),
);
const behind = figure('BEHIND', 6, ({ lane: { lag } }) =>
  lag.containers === 0 && lag.records === 0 ? '-' : secondsText(lag.seconds),
);
const behindRecords = figure('RECORDS', 7, ({ lane }) => countText(lane.lag.records));
const behindBytes = figure('BYTES', 7, ({ lane }) => bytesText(lane.lag.bytes));
const retries = figure('RETRIES', 7, ({ lane }) => countText(lane.attempts.failed));
const dropped: LaneColumn = {
  title: 'DROPPED',
  narrowest: 7,
  align: 'right',
  cell: ({ lane }) => {
    const count = droppedBy(lane);
    return { text: countText(count), style: count > 0 ? 'bad' : 'plain' };
  },
};

const columns: readonly LaneColumn[] = [
  sink,
  type,
  status,
  since,
  delivered,
  held,
  memory,
  disk,
  behind,
  behindRecords,
  behindBytes,
  retries,
  dropped,
];

const byWeight: readonly LaneColumn[] = [
  sink,
  status,
  delivered,
  behind,
  dropped,
  disk,
  memory,
  since,
  retries,
  held,
  type,
  behindRecords,
  behindBytes,
];

function figure(title: string, width: number, text: (row: LaneRow) => string): LaneColumn {
  return { title, narrowest: width, align: 'right', cell: (row) => ({ text: text(row) }) };
}

const styles: Readonly<Record<LaneState['status'], Style>> = {
  opening: 'dim',
  healthy: 'good',
  retrying: 'warning',
  refused: 'bad',
  parked: 'bad',
  stopped: 'bad',
};

// An agent that is newer than this program may have another word.
function styleOf({ status: word }: LaneState): Style {
  return Object.hasOwn(styles, word) ? styles[word] : 'plain';
}

function droppedBy({ account }: LaneState): number {
  return Object.values(account.dropped).reduce((sum, count) => sum + count, 0);
}

/** The table of the lanes; below each what is wrong with it and what it works at. */
export function laneLines(
  lanes: readonly LaneFigures[],
  { width, time }: { readonly width: number; readonly time: string },
): readonly Line[] {
  const rows = lanes.map((one) => ({ ...one, time }));
  const fitting = placed(columns, { byWeight, rows, width });
  const details = (row: LaneRow) => detailLines(row).map((line) => cutLine(line, width));
  return [titleLine(fitting), ...rows.flatMap((row) => [rowLine(fitting, row), ...details(row)])];
}

function detailLines({ lane, work, time }: LaneRow): readonly Line[] {
  const { error, failingSince, queue, account } = lane;
  const lines: Line[] = [];
  if (error !== undefined) {
    const failing =
      failingSince === undefined
        ? ''
        : `failing for ${secondsText(secondsBetween(failingSince, time))}: `;
    lines.push([span(`  ${failing}${error}`, 'bad')]);
  }
  if (queue.diskFailure !== undefined)
    lines.push([span(`  nothing more goes to disk: ${queue.diskFailure}`, 'bad')]);
  const reasons = Object.entries(account.dropped).filter(([, count]) => count > 0);
  if (reasons.length > 0) {
    const counts = reasons.map(([reason, count]) => `${reason} ${countText(count)}`);
    lines.push([span(`  dropped: ${counts.join(', ')}`, 'dim')]);
  }
  return [...lines, ...work.map(workLine)];
}

const barCells = 20;

function workLine({ what, unit, done, total, secondsLeft }: Work): Line {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const filled = Math.floor(share * barCells);
  const amount = (figure: number) => (unit === 'bytes' ? bytesText(figure) : countText(figure));
  const left = secondsLeft === undefined ? '' : `, ${secondsText(secondsLeft)} left`;
  return [
    span(`  ${what} `),
    span('█'.repeat(filled), 'good'),
    span('░'.repeat(barCells - filled), 'dim'),
    span(
      ` ${percentText(Math.floor(share * 100))}  ${amount(done)} of ${amount(total)}${unit === 'records' ? ' records' : ''}${left}`,
    ),
  ];
}

/** Those that need a look first: for a screen that has no room for all. */
export function mostUrgentFirst(lanes: readonly LaneFigures[]): readonly LaneFigures[] {
  const urgency = ({ lane, work }: LaneFigures) => {
    if (lane.status !== 'healthy') return 0;
    return lane.error !== undefined || droppedBy(lane) > 0 || work.length > 0 ? 1 : 2;
  };
  return lanes.toSorted((a, b) => urgency(a) - urgency(b));
}
