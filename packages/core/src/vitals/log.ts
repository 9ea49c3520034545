import type { SinkLog } from '@tallyman/sdk';

/** The agent's own diagnostics: a constant sentence, facts as fields. Given from outside; core knows no logger. */
export type Diagnostics = SinkLog;
