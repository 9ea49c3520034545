import { budgets, type Verdict, verdictOf } from './budgets.ts';
import type { Runs } from './measure/round-robin.ts';
import { hostSeconds, mediansOf, type Work } from './measure/work.ts';

// Reading a file leaves the engine nothing to do but what it does anyway.
const engineShareLimit = 0.05;

/** The budgets that moving a log is held to. */
export function verdictsOf(runs: readonly Runs<Work>[]): Verdict[] {
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

/** Lines that did not arrive, and a file reader that left the work to the engine. */
export function failuresOf(runs: readonly Runs<Work>[], lines: number): string[] {
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
