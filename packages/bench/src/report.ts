/** What a benchmark gives. */
export interface Report {
  /** For people. */
  readonly text: string;
  /** Every run, for programs. */
  readonly json: object;
  /** What must not be, whatever the figures: any of it makes the run a failure. */
  readonly failures?: readonly string[];
}
