import { sinkNames } from './agent-config.ts';
import type { Evidence, Findings } from './findings.ts';
import type { InjectedFault } from './inject/kinds.ts';
import { type LoggedLine, logFiles, loggedLines } from './ledger/printed.ts';
import { type Delivery, type ReceivedLedger, titleOf } from './ledger/received.ts';
import type { Lost } from './ledger/verdict.ts';
import { lineOf } from './printed-line.ts';

/**
 * The first missing lines of each sink, when each was printed, what was wrong at that time, and which deliveries
 * brought the lines before and behind.
 */
export function missingText(
  findings: Findings,
  { faults, ledgers }: Evidence,
  logPathOf: (containerId: string) => string | undefined,
): string {
  return sinkNames
    .flatMap((sink) => {
      const times = printedTimes(findings[sink].missingLines, logPathOf);
      return [
        ...findings[sink].missingLines.map((lost, at) => {
          const time = times[at];
          const on = time === undefined ? '?' : faultsAt(Date.parse(time), faults);
          const around = deliveriesAround(lost, ledgers[sink]);
          return `${sink} misses ${lost.containerId.slice(0, 12)} ${titleOfLost(lost)}, printed ${time ?? 'at a time unknown'}; on then: ${on}; ${around}`;
        }),
        ...findings[sink].examples.map((example) => `${sink}: ${example}`),
      ];
    })
    .join('\n');
}

function titleOfLost(lost: Lost): string {
  if ('number' in lost) return `${titleOf(lost)} and ${lost.lastNumber - lost.number} after it`;
  return `${lost.stream} piece "${lost.fragment.slice(0, 40)}"`;
}

function printedTimes(
  lost: readonly Lost[],
  logPathOf: (containerId: string) => string | undefined,
): readonly (string | undefined)[] {
  const found = new Map<string, Map<string, LoggedLine>>();
  for (const containerId of new Set(lost.map((each) => each.containerId))) {
    const path = logPathOf(containerId);
    if (path === undefined) continue;
    const wanted = new Set(lost.filter((each) => each.containerId === containerId).map(textOfLost));
    const lines = new Map<string, LoggedLine>();
    for (const line of loggedLines(logFiles(path)))
      if (wanted.has(line.text)) lines.set(line.text, line);
    found.set(containerId, lines);
  }
  return lost.map((each) => found.get(each.containerId)?.get(textOfLost(each))?.time);
}

function textOfLost(lost: Lost): string {
  return 'number' in lost ? lineOf(lost) : lost.fragment;
}

function deliveriesAround(lost: Lost, { runs, deliveries }: ReceivedLedger): string {
  if (!('number' in lost)) return 'no line of a writer';
  const { containerId, writer, stream, run } = lost;
  const received = runs.find(
    (each) =>
      each.containerId === containerId &&
      each.writer === writer &&
      each.stream === stream &&
      each.run === run,
  );
  const deliveryOf = (number: number) =>
    received?.counts[number] ? deliveries[received.last[number] ?? -1] : undefined;
  const before = textOfDelivery(deliveryOf(lost.number - 1));
  return `before: ${before}; behind: ${textOfDelivery(deliveryOf(lost.lastNumber + 1))}`;
}

function textOfDelivery(delivery: Delivery | undefined): string {
  if (delivery === undefined) return 'nothing';
  const { openedAt, endedAt, outcome, records, fault } = delivery;
  const period = [openedAt, endedAt].map((at) => new Date(at).toISOString().slice(11, 23));
  return `${records} records ${outcome} ${period.join(' to ')}${fault === undefined ? '' : ` under fault ${fault}`}`;
}

// Effects outlast their cause.
const afterMs = 5_000;

function faultsAt(time: number, faults: readonly InjectedFault[]): string {
  const on = faults.filter(
    ({ startedAt, endedAt }) => startedAt - afterMs <= time && time <= endedAt + afterMs,
  );
  return (
    on.map(({ kind, target }) => [kind, target].filter(Boolean).join(' ')).join(', ') || 'nothing'
  );
}
