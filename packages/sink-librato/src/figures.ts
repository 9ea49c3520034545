import type { ContainerStat, LogCounts } from '@tallyman/sdk';

/** One number about a container in one window. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `level`: as it stands. `amount`: what came in the window, to be added up over time. */
  readonly kind: 'level' | 'amount';
  readonly unit?: 'B' | 'ns' | 's' | '%';
}

/** What a counter gained in a window, by its name. */
export type Gains = Readonly<Record<string, number>>;

/** The engine's cumulative counters of a sample, by the names of {@link amountFigures}. */
export function countersOf({ cpu, memory, network, blockIo }: ContainerStat): Gains {
  return present({
    'cpu.usage_nanos': cpu.usageNanos,
    'cpu.user_nanos': cpu.userNanos,
    'cpu.system_nanos': cpu.systemNanos,
    'cpu.throttled_periods': cpu.throttledPeriods,
    'cpu.throttled_nanos': cpu.throttledNanos,
    'memory.failures': memory.failures,
    'network.rx_bytes': network?.rxBytes,
    'network.tx_bytes': network?.txBytes,
    'network.rx_packets': network?.rxPackets,
    'network.tx_packets': network?.txPackets,
    'network.rx_errors': network?.rxErrors,
    'network.tx_errors': network?.txErrors,
    'network.rx_dropped': network?.rxDropped,
    'network.tx_dropped': network?.txDropped,
    'block_io.read_bytes': blockIo?.readBytes,
    'block_io.write_bytes': blockIo?.writeBytes,
    'block_io.read_ops': blockIo?.readOps,
    'block_io.write_ops': blockIo?.writeOps,
  });
}

export function amountFigures(gains: Gains): readonly Figure[] {
  return Object.entries(gains).map(([name, value]) => ({
    name,
    value,
    kind: 'amount',
    ...unitOf(name),
  }));
}

/** What a sample says as it stands. */
export function levelFigures({ cpu, memory, pids, state }: ContainerStat): readonly Figure[] {
  const levels = present({
    'cpu.percent': cpu.percent,
    'cpu.limit_cpus': cpu.limitCpus,
    'memory.usage_bytes': memory.usageBytes,
    'memory.working_set_bytes': memory.workingSetBytes,
    'memory.rss_bytes': memory.rssBytes,
    'memory.cache_bytes': memory.cacheBytes,
    'memory.limit_bytes': memory.limitBytes,
    'memory.percent': memory.percent,
    'pids.current': pids?.current,
    'pids.limit': pids?.limit,
    'state.running': state.status === 'running' ? 1 : 0,
    'state.healthy': state.health === undefined ? undefined : healthLevel(state.health),
    'state.restart_count': state.restartCount,
    'state.uptime_seconds': state.uptimeSeconds,
    'state.oom_killed': state.oomKilled === undefined ? undefined : Number(state.oomKilled),
  });
  return Object.entries(levels).map(([name, value]) => ({
    name,
    value,
    kind: 'level',
    ...unitOf(name),
  }));
}

/** What the agent read from the container's log. */
export function logFigures({
  lines,
  bytes,
  stderrLines,
  matches = {},
}: LogCounts): readonly Figure[] {
  const counts = {
    'logs.lines': lines,
    'logs.bytes': bytes,
    'logs.stderr_lines': stderrLines,
    ...Object.fromEntries(Object.entries(matches).map(([name, n]) => [`logs.matches.${name}`, n])),
  };
  return amountFigures(counts);
}

// "starting" is not healthy yet.
function healthLevel(health: string): number {
  return health === 'healthy' ? 1 : 0;
}

function unitOf(name: string): Pick<Figure, 'unit'> {
  if (name.startsWith('logs.matches.')) return {};
  if (name.endsWith('bytes')) return { unit: 'B' };
  if (name.endsWith('_nanos')) return { unit: 'ns' };
  if (name.endsWith('_seconds')) return { unit: 's' };
  return name.endsWith('.percent') ? { unit: '%' } : {};
}

/** Without what the engine did not say. */
function present(figures: Readonly<Record<string, number | undefined>>): Gains {
  const known: Record<string, number> = {};
  for (const [name, value] of Object.entries(figures)) if (value !== undefined) known[name] = value;
  return known;
}
