import { sinkNames } from './agent-config.ts';
import type { Findings } from './findings.ts';
import type { InjectedFault } from './inject/kinds.ts';
import { type LoggedLine, logFiles, loggedLines } from './ledger/printed.ts';
import { titleOf } from './ledger/received.ts';
import type { Lost } from './ledger/verdict.ts';
import { lineOf } from './printed-line.ts';

/** The first missing lines of each sink, when each was printed, and what was wrong at that time. */
export function missingText(
  findings: Findings,
  faults: readonly InjectedFault[],
  logPathOf: (containerId: string) => string | undefined,
): string {
  return sinkNames
    .flatMap((sink) => {
      const times = printedTimes(findings[sink].missingLines, logPathOf);
      return [
        ...findings[sink].missingLines.map((lost, at) => {
          const time = times[at];
          return `${sink} misses ${lost.containerId.slice(0, 12)} ${titleOfLost(lost)}, printed ${time ?? 'at a time unknown'}; on then: ${time === undefined ? '?' : faultsAt(Date.parse(time), faults)}`;
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
