import { afterAll, expect, test } from '@jest/globals';
import { checkSink, clauses, type SinkReport } from '@tallyman/testkit/conformance';
import { harness, sinkWith } from './right-sink.ts';
import { tidyUp, wrongSinks } from './wrong-sinks/index.ts';

// All at once: most of their time is waiting.
const reports = new Map(
  wrongSinks.map((wrong) => [wrong, checkSink(wrong.definition, harness)] as const),
);

// They wait in turns of the event loop, which a busy machine gives few of.
const limitMs = 240_000;

afterAll(tidyUp);

test(
  'a sink that does everything right passes every clause',
  async () => {
    const report = await checkSink(sinkWith(), harness);

    expect(outcomesOtherThanPassed(report)).toEqual([]);
    expect(report.results.map(({ clause }) => clause)).toEqual(Object.keys(clauses));
  },
  limitMs,
);

test.each(wrongSinks)(
  '$clause fails, and no other, for a sink that $what',
  async (wrong) => {
    const report = await reports.get(wrong);

    expect(outcomesOtherThanPassed(report)).toEqual([`${wrong.clause} failed`]);
  },
  limitMs,
);

test('there is a wrong sink for every clause', () => {
  const proven = new Set<string>(wrongSinks.map(({ clause }) => clause));

  expect(Object.keys(clauses).filter((clause) => !proven.has(clause))).toEqual([]);
});

function outcomesOtherThanPassed(report: SinkReport | undefined): readonly string[] {
  const others = report?.results.filter(({ outcome }) => outcome !== 'passed') ?? [];
  return others.map(({ clause, outcome }) => `${clause} ${outcome}`);
}
