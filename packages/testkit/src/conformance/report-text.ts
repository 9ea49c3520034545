import type { ClauseResult, SinkReport } from './report.ts';

const specification = 'https://github.com/tallyman-agent/tallyman/blob/main/docs/specs/sink.md';

const sections: Readonly<Record<string, string>> = {
  1: '1-the-definition',
  2: '2-the-context',
  3: '3-calls',
  4: '4-batches-and-acknowledgement',
  5: '5-errors',
  6: '6-order',
  7: '7-encoding',
};

/** A report for people: what failed with all there is to say, everything else in a line. */
export function reportText({ type, results }: SinkReport): string {
  const count = (outcome: ClauseResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  return [
    `sink ${type}`,
    ...results.map(resultText),
    `${count('passed')} passed, ${count('failed')} failed, ${count('not applicable')} not applicable`,
  ].join('\n');
}

/** One clause of a report. */
export function resultText(result: ClauseResult): string {
  const clause = `${result.clause} ${result.sentence}`;
  switch (result.outcome) {
    case 'passed':
      return `passed          ${clause}`;
    case 'not applicable':
      return `not applicable  ${clause}\n                  ${result.why}`;
    case 'failed': {
      const { expected, seen, whatToDo } = result.fault;
      return [
        `FAILED          ${clause}`,
        `  expected:   ${expected}`,
        `  seen:       ${seen}`,
        `  what to do: ${whatToDo}`,
        `  clause:     ${linkTo(result.clause)}`,
      ].join('\n');
    }
  }
}

function linkTo(clause: string): string {
  const [section = ''] = clause.split('.');
  return `${specification}#${sections[section] ?? ''}`;
}
