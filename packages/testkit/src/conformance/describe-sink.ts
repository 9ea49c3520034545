import type { SinkDefinition } from '@tallyman/sdk';
import { checkClause } from './check-sink.ts';
import { type ClauseNumber, clauseNumbers, clauses } from './clauses.ts';
import { exceptionFor } from './exception.ts';
import type { SinkHarness } from './harness.ts';
import { resultText } from './report-text.ts';
import { globalRunner, type SuiteRunner } from './runner.ts';
import { demandDefinition } from './subject.ts';

const never = new AbortController().signal;

// A case waits for what should not happen for seconds at most; a busy machine stretches that.
const limitMs = 60_000;

/**
 * Registers a test for every clause of the contract that binds a sink. What the harness declares not to be
 * applicable is skipped, with the reason in its name. `runner` is what `describe` and `test` come from: the globals
 * of Jest unless given; `import * as runner from 'node:test'` and that of Vitest work as well.
 */
export function describeSink(
  definition: SinkDefinition,
  harness: SinkHarness,
  runner: SuiteRunner = globalRunner(),
): void {
  demandDefinition(definition);
  runner.describe(`sink ${String(definition.type)} keeps the contract`, () => {
    for (const clause of clauseNumbers) register(clause, definition, harness, runner);
  });
}

function register(
  clause: ClauseNumber,
  definition: SinkDefinition,
  harness: SinkHarness,
  { test }: SuiteRunner,
): void {
  const name = `${clause} ${clauses[clause].sentence}`;
  const run = async () => {
    const result = await checkClause(clause, { definition, harness, signal: never });
    if (result.outcome !== 'failed') return;
    throw new Error(resultText(result), { cause: result.fault.cause });
  };
  const exception = exceptionFor(clause, harness);
  if (exception?.outcome === 'not applicable' && test.skip !== undefined)
    test.skip(`${name} (not applicable: ${exception.why})`, run);
  else test(name, run, limitMs);
}
