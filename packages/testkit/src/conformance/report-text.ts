import type { ClauseResult, SinkReport } from './report.ts';

// As it is packed: scripts/packed-contract.js.
const specification = '@tallyman/testkit/contract.md';

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
  return `${specification}, section ${section}`;
}
