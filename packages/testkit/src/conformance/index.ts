// describeSink(definition, httpHarness({ … })) in a test file, or
// console.log(reportText(await checkSink(definition, harness)))
export { AnswerGate } from './answer-gate.ts';
export { checkSink } from './check-sink.ts';
export {
  type Clause,
  type ClauseNumber,
  clauses,
  type DestinationClause,
} from './clauses.ts';
export { describeSink } from './describe-sink.ts';
export type {
  Behaviour,
  RefusedRecord,
  SinkBackend,
  SinkHarness,
  Surroundings,
} from './harness.ts';
export { type HttpHarnessOptions, httpHarness } from './http-harness.ts';
export type { ClauseResult, SinkFault, SinkReport } from './report.ts';
export { reportText } from './report-text.ts';
export type { SuiteRunner, SuiteTest } from './runner.ts';
