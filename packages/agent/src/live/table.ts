import { cut, fitted, visible, widthOf } from './cells.ts';
import type { Line, Span, Style } from './line.ts';
import { span } from './line.ts';

/** What stands in one cell. The text may come from anywhere. */
export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** In columns of the terminal. */
  readonly narrowest: number;
  /** It grows up to here where its cells need that and there is room. Absent: it does not grow. */
  readonly widest?: number;
  readonly align: 'left' | 'right';
  readonly cell: (row: Row) => Cell;
}

/** A column and the room that it has. */
export interface Placed<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

const gap = 2;

/**
 * The columns that fit, in their order in the table, and the width of each. `byWeight` has the same columns, the
 * most important first: the others go where there is no room. The first stays in any case.
 */
export function placed<Row>(
  columns: readonly Column<Row>[],
  { byWeight, rows, width }: Layout<Row>,
): readonly Placed<Row>[] {
  const widths = new Map<Column<Row>, number>();
  let left = width + gap;
  for (const column of byWeight) {
    // Long names may cost the least important columns, up to a quarter of the table.
    const most = Math.min(wanted(column, rows), Math.floor(width / 4), left - gap);
    const claimed = Math.max(column.narrowest, most);
    if (claimed + gap > left) break;
    widths.set(column, claimed);
    left -= claimed + gap;
  }
  const [first] = byWeight;
  if (widths.size === 0 && first !== undefined) return [{ column: first, width }];
  for (const [column, claimed] of widths) {
    const growth = Math.max(0, Math.min(left, wanted(column, rows) - claimed));
    widths.set(column, claimed + growth);
    left -= growth;
  }
  return columns.flatMap((column) => {
    const columnWidth = widths.get(column);
    return columnWidth === undefined ? [] : [{ column, width: columnWidth }];
  });
}

interface Layout<Row> {
  readonly byWeight: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Of the whole table, in columns of the terminal. */
  readonly width: number;
}

/** How wide its widest cell is, within its bound. All rows count, so that nothing moves while one scrolls. */
function wanted<Row>({ widest, cell }: Column<Row>, rows: readonly Row[]): number {
  if (widest === undefined) return 0;
  return rows.reduce((most, row) => {
    return most >= widest ? most : Math.max(most, widthOf(cut(visible(cell(row).text), widest)));
  }, 0);
}

/** The titles; `marks` follow those of their columns, such as `▼`. */
export function titleLine<Row>(
  columns: readonly Placed<Row>[],
  marks: ReadonlyMap<Column<Row>, string> = new Map(),
): Line {
  return joined(
    columns.map(({ column, width }) =>
      span(fitted(`${column.title}${marks.get(column) ?? ''}`, width, column.align), 'heading'),
    ),
  );
}

/** One row, exactly as wide as its columns. */
export function rowLine<Row>(columns: readonly Placed<Row>[], row: Row): Line {
  return joined(
    columns.map(({ column, width }) => {
      const { text, style } = column.cell(row);
      return span(fitted(visible(text), width, column.align), style);
    }),
  );
}

function joined(cells: readonly Span[]): Line {
  const space = span(' '.repeat(gap));
  return cells.flatMap((cell, index) => (index === 0 ? [cell] : [space, cell]));
}
