import type { NetworkCounters } from '@tallyman/sdk';

// Columns of the kernel's net/core/net-procfs.c, dev_seq_printf_stats; receiving has eight, then sending.
const columns = {
  rxBytes: 0,
  rxPackets: 1,
  rxErrors: 2,
  rxDropped: 3,
  txBytes: 8,
  txPackets: 9,
  txErrors: 10,
  txDropped: 11,
} as const;
const columnCount = 16;

/** Reads /proc/PID/net/dev: every interface of a network namespace, `lo` among them. Other lines are left out. */
export function interfacesFrom(text: string): ReadonlyMap<string, NetworkCounters> {
  const interfaces = new Map<string, NetworkCounters>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const fields = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/);
    const isWhole = fields.length === columnCount && fields.every((f) => /^\d{1,20}$/.test(f));
    if (colon > 0 && isWhole) interfaces.set(line.slice(0, colon).trim(), countersFrom(fields));
  }
  return interfaces;
}

function countersFrom(fields: readonly string[]): NetworkCounters {
  const count = (column: keyof typeof columns) => Number(fields[columns[column]]);
  return {
    rxBytes: count('rxBytes'),
    txBytes: count('txBytes'),
    rxPackets: count('rxPackets'),
    txPackets: count('txPackets'),
    rxErrors: count('rxErrors'),
    txErrors: count('txErrors'),
    rxDropped: count('rxDropped'),
    txDropped: count('txDropped'),
  };
}
