import type { DockerClient } from '@tallyman/testkit';
import type { BenchSettings } from './benchmark.ts';
import { budgets, type Verdict, verdictOf } from './budgets.ts';
import { type Contenders, logContenders } from './log-contenders.ts';
import { EngineProcesses } from './measure/engine-usage.ts';
import { inTurn, type Runs } from './measure/round-robin.ts';
import { hostSeconds, mediansOf, type Work, workRows } from './measure/work.ts';
import { printHistory } from './numbered-container.ts';
import { lineBytes } from './numbered-lines.ts';
import type { Report } from './report.ts';

// Reading a file leaves the engine nothing to do but what it does anyway.
const engineShareLimit = 0.05;

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

function verdictsOf(runs: readonly Runs<Work>[]): Verdict[] {
  const of = (name: string) => {
    const found = runs.find((each) => each.name === name);
    return found && mediansOf(found);
  };
  const [curl, fluentBit] = [of('curl'), of('fluent-bit')];
  const [engine, file] = [of('tallyman, reader: engine'), of('tallyman, reader: file')];
  const peakMiB = Math.max(engine?.peakRssMiB ?? Number.NaN, file?.peakRssMiB ?? Number.NaN);
  return [
    verdictOf(budgets.wall, ratio(engine?.wallSeconds, curl?.wallSeconds)),
    verdictOf(budgets.cpu, ratio(engine?.cpuSeconds, curl?.cpuSeconds)),
    verdictOf(budgets.fileCpu, ratio(file?.cpuSeconds, fluentBit?.cpuSeconds)),
    verdictOf(budgets.hostCpu, ratio(file && hostSeconds(file), engine && hostSeconds(engine))),
    verdictOf(budgets.peakRss, peakMiB),
  ];
}

function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

function failuresOf(runs: readonly Runs<Work>[], lines: number): string[] {
  const lost = runs.flatMap(({ name, samples }) =>
    samples.flatMap(({ arrived = lines }) =>
      arrived === lines ? [] : [`${name}: ${arrived} of ${lines} lines arrived`],
    ),
  );
  return [...lost, ...shareFailure(runs)];
}

/** A log that is read from its file leaves the engine out. */
function shareFailure(runs: readonly Runs<Work>[]): string[] {
  const dockerd = (reader: string) => {
    const found = runs.find(({ name }) => name === `tallyman, reader: ${reader}`);
    return found && mediansOf(found).dockerdSeconds;
  };
  const share = ratio(dockerd('file'), dockerd('engine'));
  if (share === undefined || share < engineShareLimit) return [];
  const percent = (part: number) => `${(part * 100).toFixed(0)} %`;
  return [
    `tallyman, reader: file: dockerd used ${percent(share)} of its CPU when the log is read through it, not less than ${percent(engineShareLimit)}`,
  ];
}
