/**
 * How a log is written: `frames` and `console` as the engine's API sends it, of a TTY the latter; `json-file` and
 * `local` as these drivers keep it.
 */
export type LogSyntax = 'frames' | 'console' | 'json-file' | 'local';

/** How the bytes of one reading of a log are to be taken. */
export interface LogForm {
  readonly syntax: LogSyntax;
  /**
   * RFC 3339, nine fractional digits. Entries before the first that is not older were not asked for. Absent:
   * all were, or whoever sends the bytes has left them out.
   */
  readonly from?: string;
}
