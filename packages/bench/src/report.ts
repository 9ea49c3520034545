import type { Verdict } from './budgets.ts';
import type { Chart } from './plot/chart.ts';

/** Rows of text; the first is the head. */
export interface Table {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

/** What a benchmark gives. */
export interface Report {
  /** For people. */
  readonly tables: readonly Table[];
  /** Of the budgets that this benchmark measures. */
  readonly verdicts?: readonly Verdict[];
  /** What has to be known to read the tables: commands, versions, clocks. */
  readonly notes?: readonly string[];
  readonly charts?: readonly Chart[];
  /** Every run, for programs. */
  readonly runs: unknown;
  /** What must not be, whatever the figures: any of it makes the run a failure. */
  readonly failures?: readonly string[];
}
