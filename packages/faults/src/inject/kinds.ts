/** The kinds of fault, and what each does. */
export const faultKinds = [
  'agent-kill',
  'agent-restart',
  'daemon-restart',
  'daemon-kill',
  'container-restart',
  'rm-exit',
  'disk-full',
  'receiver-down',
  'receiver-refuse',
  'receiver-stall',
  'receiver-close',
  'receiver-garbage',
  'receiver-429',
  'receiver-500',
  'receiver-503',
] as const;

export type FaultKind = (typeof faultKinds)[number];

export function isFaultKind(text: string): text is FaultKind {
  return faultKinds.some((kind) => kind === text);
}

/** One fault as it is planned. Times are milliseconds from the start of the schedule. */
export interface PlannedFault {
  readonly number: number;
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly durationMs: number;
  /** A sink's name, or the number of a writer. */
  readonly target?: string;
  /** After how many lines a connection is closed. */
  readonly lines: number;
}

/** One fault as it happened. Times are milliseconds since the Unix epoch. */
export interface InjectedFault extends PlannedFault {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Whether it did what it is for, see each injector. */
  readonly bit: boolean;
  /** Deliveries that failed meanwhile, as the agent says, and were tried again. */
  readonly retried: number;
  /** Figures of its own, in words. */
  readonly note: string;
}
