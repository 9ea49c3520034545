import { messageOf, type SinkDefinition } from '@tallyman/sdk';
import { NotApplicable, Violation } from './case.ts';
import { cases } from './cases.ts';
import { type ClauseNumber, clauseNumbers, clauses } from './clauses.ts';
import { exceptionFor } from './exception.ts';
import type { SinkHarness } from './harness.ts';
import type { ClauseResult, SinkFault, SinkReport } from './report.ts';
import { demandDefinition, type Subject } from './subject.ts';

const never = new AbortController().signal;

/**
 * Holds a sink against every clause of the contract that binds it, one after the other, and reports what came of
 * each. Rejects where there is no definition at all, and with the signal's reason when that aborts; else never.
 */
export async function checkSink(
  definition: SinkDefinition,
  harness: SinkHarness,
  signal: AbortSignal = never,
): Promise<SinkReport> {
  demandDefinition(definition);
  const subject: Subject = { definition, harness, signal };
  const results: ClauseResult[] = [];
  for (const clause of clauseNumbers) {
    signal.throwIfAborted();
    results.push(await checkClause(clause, subject));
  }
  return { type: String(definition.type), results };
}

/** One clause. */
export async function checkClause(clause: ClauseNumber, subject: Subject): Promise<ClauseResult> {
  const { sentence } = clauses[clause];
  const exception = exceptionFor(clause, subject.harness);
  if (exception !== undefined) return { clause, sentence, ...exception };
  try {
    await cases[clause](subject);
    return { clause, sentence, outcome: 'passed' };
  } catch (thrown) {
    subject.signal.throwIfAborted();
    if (thrown instanceof NotApplicable)
      return { clause, sentence, outcome: 'not applicable', why: thrown.message };
    return { clause, sentence, outcome: 'failed', fault: faultFrom(thrown) };
  }
}

function faultFrom(thrown: unknown): SinkFault {
  if (thrown instanceof Violation) return thrown.fault;
  return {
    expected: 'the sink and its harness to be usable',
    seen: messageOf(thrown),
    whatToDo: 'see to the harness first: it, or what it leads to, threw this',
    cause: thrown,
  };
}
