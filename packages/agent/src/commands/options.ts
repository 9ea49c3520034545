import type { ConfigChoice } from '../configured.ts';
import type { DiagnosticsOptions } from '../diagnostics/diagnostics.ts';

/** What every command takes. */
export interface CommonOptions extends ConfigChoice {
  readonly logLevel: DiagnosticsOptions['level'];
  readonly logFormat: DiagnosticsOptions['format'];
}
