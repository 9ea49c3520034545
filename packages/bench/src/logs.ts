import type { DockerClient } from '@tallyman/testkit/docker';
import type { BenchSettings } from './benchmark.ts';
import { type Contenders, logContenders } from './log-contenders.ts';
import { failuresOf, verdictsOf } from './log-verdicts.ts';
import { EngineProcesses } from './measure/engine-usage.ts';
import { inTurn, type Runs } from './measure/round-robin.ts';
import { type Work, workRows } from './measure/work.ts';
import { printHistory } from './numbered-container.ts';
import { lineBytes } from './numbered-lines.ts';
import type { Report } from './report.ts';

/**
 * What it takes to move a log that is there already, of a container that has stopped, to a destination: through the
 * engine and from the file, beside `curl` that throws it away and beside others that forward it.
 */
export async function logs(client: DockerClient, settings: BenchSettings): Promise<Report> {
  const { lines } = settings;
  const engine = await EngineProcesses.at(client.socketPath);
  const id = await printHistory(client, lines);
  try {
    const { contenders, notes } = await logContenders(
      { client, engine, id, lines },
      settings.peers,
    );
    const runs = await inTurn(contenders, settings);
    return reportOf(runs, { lines, notes });
  } finally {
    await client.cleanup();
  }
}

function reportOf(
  runs: readonly Runs<Work>[],
  { lines, notes }: { lines: number; notes: Contenders['notes'] },
): Report {
  const printed = `${lines} lines of ${lineBytes} B`;
  return {
    tables: [{ title: 'History of a stopped container', rows: workRows(runs, { lines, printed }) }],
    verdicts: verdictsOf(runs),
    notes,
    runs,
    failures: failuresOf(runs, lines),
  };
}
