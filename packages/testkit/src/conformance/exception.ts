import { type ClauseNumber, clauses, type DestinationClause } from './clauses.ts';
import type { SinkHarness } from './harness.ts';
import type { SinkFault } from './report.ts';

/** What a harness says of a clause that its destination cannot show; a fault where it may not say so. */
type Exception =
  | { readonly outcome: 'not applicable'; readonly why: string }
  | { readonly outcome: 'failed'; readonly fault: SinkFault };

export function exceptionFor(
  clause: ClauseNumber,
  { notApplicable = {} }: SinkHarness,
): Exception | undefined {
  if (!Object.hasOwn(notApplicable, clause)) return undefined;
  const why: unknown = Reflect.get(notApplicable, clause);
  if (!isDestinationClause(clause))
    return failed('a clause that every sink keeps', 'the harness says that it is not applicable', {
      whatToDo: `take '${clause}' out of the harness's notApplicable`,
    });
  if (typeof why !== 'string' || why.trim() === '')
    return failed('a reason why the clause does not apply', 'none', {
      whatToDo: `write under notApplicable['${clause}'] what about the destination rules it out`,
    });
  return { outcome: 'not applicable', why };
}

function isDestinationClause(clause: ClauseNumber): clause is DestinationClause {
  return clauses[clause].dependsOn === 'destination';
}

function failed(
  expected: string,
  seen: string,
  { whatToDo }: Pick<SinkFault, 'whatToDo'>,
): Exception {
  return { outcome: 'failed', fault: { expected, seen, whatToDo } };
}
