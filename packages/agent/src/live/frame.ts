import { containerTable } from './containers.ts';
import type { Figures } from './figures.ts';
import { secondsText } from './figures-text.ts';
import { headerLine } from './header.ts';
import { laneLines, mostUrgentFirst } from './lanes.ts';
import { cutLine, type Line, spaced, span } from './line.ts';
import { selected, sorted } from './order.ts';
import { keyHelp, type Page, type View } from './view.ts';

/** A terminal, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The agent does not answer. */
export interface Away {
  readonly message: string;
  readonly seconds: number;
}

/** What fills the screen once. */
export interface Frame {
  /** As many as the terminal has rows at most, none wider than it. */
  readonly lines: readonly Line[];
  readonly page: Page;
}

const blank: Line = [];
// Below this the containers need the blank lines themselves.
const roomyRows = 16;
// Header, notice, two blank lines, summary, titles, footer.
const rowsOfTheRest = 7;

/** The screen: the agent, its lanes, and a page of its containers. */
export function frameOf(
  figures: Figures,
  {
    view,
    size,
    away,
  }: { readonly view: View; readonly size: Size; readonly away?: Away | undefined },
): Frame {
  const { columns, rows } = size;
  const between = rows >= roomyRows ? [blank] : [];
  const notice = away === undefined ? [] : [awayLine(away, columns)];
  const all = sorted(selected(figures.containers, view), view.sort, view.order);
  // A third, and what the containers do not need.
  const laneRows = Math.max(3, Math.floor(rows / 3), rows - all.length - rowsOfTheRest);
  const lanes = boundedLanes(figures, view, { columns, rows: laneRows });
  const top = [headerLine(figures, columns), ...notice, ...between, ...lanes, ...between];

  const pageSize = Math.max(1, rows - top.length - 3);
  const above = Math.max(0, Math.min(view.above, all.length - pageSize));
  const page = { above, size: pageSize, total: all.length };
  const shown = all.slice(above, above + pageSize);
  const { titles, rows: containerRows } = containerTable(all, { ...view, shown, width: columns });
  const body = [...top, cutLine(summary(view, page), columns), titles, ...containerRows];
  const padding = Array.from({ length: Math.max(0, rows - 1 - body.length) }, () => blank);
  const lines = [...body.slice(0, rows - 1), ...padding, cutLine(footer(view), columns)];
  return { lines: lines.slice(0, rows).map((line) => cutLine(line, columns)), page };
}

/** Everything, however long: for what is no screen. */
export function wholeTable(figures: Figures, view: View, width: number): readonly Line[] {
  const all = sorted(selected(figures.containers, view), view.sort, view.order);
  const { titles, rows } = containerTable(all, { ...view, shown: all, width });
  const lines = [
    headerLine(figures, width),
    blank,
    ...laneLines(lanesOf(figures, view), { width, time: figures.state.time }),
    blank,
    titles,
    ...rows,
  ];
  return lines.map((line) => cutLine(line, width));
}

function lanesOf({ lanes }: Figures, { sink }: View) {
  return sink === undefined ? lanes : lanes.filter(({ lane }) => lane.sink === sink);
}

function boundedLanes(figures: Figures, view: View, room: Size): readonly Line[] {
  const { time } = figures.state;
  const lanes = lanesOf(figures, view);
  const lines = laneLines(lanes, { width: room.columns, time });
  if (lines.length <= room.rows) return lines;
  const urgent = laneLines(mostUrgentFirst(lanes), { width: room.columns, time });
  return [...urgent.slice(0, room.rows - 1), [span('  … more in a taller window', 'dim')]];
}

function awayLine({ message, seconds }: Away, columns: number): Line {
  const text = `Figures are ${secondsText(seconds)} old: ${message}`;
  return cutLine([span(text, 'bad')], columns);
}

function summary({ sort, order, filter, sink }: View, { above, size, total }: Page): Line {
  const last = Math.min(total, above + size);
  const range = total === 0 ? 'none' : `${above + 1}-${last} of ${total}`;
  const items = [
    span(`CONTAINERS ${range}`, 'heading'),
    span(`by ${sort}${order === 'reversed' ? ', reversed' : ''}`, 'dim'),
  ];
  if (filter !== '') items.push(span(`named ${filter}`, 'warning'));
  if (sink !== undefined) items.push(span(`to sink ${sink}`, 'warning'));
  return spaced(items);
}

function footer({ filter, filterBefore }: View): Line {
  return filterBefore === undefined
    ? [span(keyHelp, 'dim')]
    : [span('filter: ', 'heading'), span(`${filter}▏`), span('  ⏎ keep  esc back', 'dim')];
}
