/** A bound that the project sets itself. */
export interface Budget {
  readonly what: string;
  readonly budget: number;
  readonly stretch: number;
  /** Of the figures; none for a ratio. */
  readonly unit?: 'MiB' | 'ms' | '%';
}

/** A measured figure beside its budget. */
export interface Verdict extends Budget {
  /** Absent: it could not be measured, and the benchmark's notes say why. */
  readonly measured?: number;
  readonly verdict: 'stretch met' | 'met' | 'missed' | 'not measured';
}

export const budgets = {
  wall: {
    what: "history through the engine: wall time ÷ curl's",
    budget: 1.15,
    stretch: 1.03,
  },
  cpu: {
    what: "history through the engine: the agent's CPU ÷ curl's",
    budget: 1.8,
    stretch: 1.2,
  },
  fileCpu: {
    what: "history from the file: the agent's CPU ÷ Fluent Bit's (tail → tcp)",
    budget: 1.0,
    stretch: 0.4,
  },
  hostCpu: {
    what: 'CPU of agent and engine: from the file ÷ through the engine',
    budget: 0.3,
    stretch: 0.12,
  },
  peakRss: {
    what: 'peak RSS of the agent during either',
    budget: 130,
    stretch: 90,
    unit: 'MiB',
  },
  peakRssBesideDown: {
    what: 'peak RSS of the agent with a sink down for the whole run',
    budget: 130,
    stretch: 90,
    unit: 'MiB',
  },
  statsCpu: {
    what: 'stats through the engine: CPU of dockerd and containerd ÷ that of streams',
    budget: 0.25,
    stretch: 0.02,
  },
  cgroupStatsCpu: {
    what: 'stats from the cgroups: CPU of dockerd and containerd ÷ that of streams',
    budget: 0.25,
    stretch: 0.02,
  },
  latency: {
    what: "line printed → bytes at the sink's socket, p99",
    budget: 20,
    stretch: 5,
    unit: 'ms',
  },
  followCpu: {
    what: '200 containers × 20 lines/s: CPU of the agent, of a core',
    budget: 12,
    stretch: 5,
    unit: '%',
  },
  idleCpu: {
    what: 'idle, 50 quiet containers: CPU of the agent, of a core',
    budget: 2,
    stretch: 0.5,
    unit: '%',
  },
} as const satisfies Readonly<Record<string, Budget>>;

/** Compares a figure with its budget; less is better, and the bound itself is within it. */
export function verdictOf(budget: Budget, measured: number | undefined): Verdict {
  if (measured === undefined || !Number.isFinite(measured))
    return { ...budget, verdict: 'not measured' };
  if (measured <= budget.stretch) return { ...budget, measured, verdict: 'stretch met' };
  return { ...budget, measured, verdict: measured <= budget.budget ? 'met' : 'missed' };
}

/** Rows of a table of verdicts, the head first. */
export function verdictRows(verdicts: readonly Verdict[]): string[][] {
  const rows = verdicts.map(({ what, measured, budget, stretch, unit, verdict }) => {
    const suffix = unit === undefined ? '' : ` ${unit}`;
    const figure = measured === undefined ? '–' : `${measured.toPrecision(3)}${suffix}`;
    return [what, figure, `≤ ${budget}${suffix}`, `≤ ${stretch}${suffix}`, verdict];
  });
  return [['what', 'measured', 'budget', 'stretch', 'verdict'], ...rows];
}
