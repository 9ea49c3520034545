import { describe, expect, test } from '@jest/globals';
import {
  type ClauseNumber,
  type ClauseResult,
  checkSink,
  httpHarness,
  reportText,
  type SinkHarness,
} from '@tallyman/testkit/conformance';
import { checkClause } from '../../src/conformance/check-sink.ts';
import { harness, sinkWith } from './right-sink.ts';

async function resultOf(
  clause: ClauseNumber,
  changes: Partial<SinkHarness>,
  base: SinkHarness = harness,
): Promise<ClauseResult> {
  const signal = new AbortController().signal;
  return await checkClause(clause, {
    definition: sinkWith(),
    harness: { ...base, ...changes },
    signal,
  });
}

describe('a harness', () => {
  test('cannot declare a clause not to be applicable that every sink keeps', async () => {
    const notApplicable: object = { '3.10': 'we like to change them' };

    const result = await resultOf('3.10', { notApplicable });

    expect(result).toMatchObject({
      outcome: 'failed',
      fault: { expected: 'a clause that every sink keeps' },
    });
  });

  test('has to give a reason', async () => {
    const result = await resultOf('5.1', { notApplicable: { '5.1': ' ' } });

    expect(result).toMatchObject({
      outcome: 'failed',
      fault: { expected: 'a reason why the clause does not apply' },
    });
  });

  test('has to bring invalid options', async () => {
    const result = await resultOf('1.11', { invalidOptions: [] });

    expect(result).toMatchObject({ outcome: 'failed', fault: { seen: 'none' } });
  });

  test('has to bring a token for a sink that wants one', async () => {
    const { token: _token, ...without } = harness;

    const result = await resultOf('2.3', {}, without);

    expect(result).toMatchObject({
      outcome: 'failed',
      fault: { expected: 'a harness with a token, as the sink takes one' },
    });
  });

  test('whose backend does not start fails the clauses that need it, with what it threw', async () => {
    const start = () => Promise.reject(new Error('listening: the port is taken'));

    const result = await resultOf('4.1', { start });

    expect(result).toMatchObject({
      outcome: 'failed',
      fault: { seen: 'listening: the port is taken' },
    });
  });

  test('for HTTP says how a part is refused, or why none is', async () => {
    const options = (url: string) => ({ url });
    const without = httpHarness({ options, invalidOptions: [{}], token: 'some-token' });

    const result = await resultOf('5.9', {}, without);

    expect(result).toMatchObject({
      outcome: 'failed',
      fault: { seen: expect.stringContaining("say under notApplicable['5.9'] why") },
    });
  });

  test('that rules out a behaviour rules out what needs it, with the reason', async () => {
    const result = await resultOf('3.12', { notApplicable: { '5.2': 'it has no statuses' } });

    expect(result).toMatchObject({
      outcome: 'not applicable',
      why: 'needs what 5.2 is about: it has no statuses',
    });
  });
});

test('checkSink ends with its signal', async () => {
  const checking = checkSink(sinkWith(), harness, AbortSignal.abort(new Error('enough')));

  await expect(checking).rejects.toThrow('enough');
});

test('a report can be printed', () => {
  const text = reportText({
    type: 'lines',
    results: [
      { clause: '1.3', sentence: 'a', outcome: 'passed' },
      { clause: '5.9', sentence: 'b', outcome: 'not applicable', why: 'it takes all' },
      {
        clause: '5.2',
        sentence: 'c',
        outcome: 'failed',
        fault: { expected: 'this', seen: 'that', whatToDo: 'mend it' },
      },
    ],
  });

  expect(text).toBe(
    [
      'sink lines',
      'passed          1.3 a',
      'not applicable  5.9 b',
      '                  it takes all',
      'FAILED          5.2 c',
      '  expected:   this',
      '  seen:       that',
      '  what to do: mend it',
      '  clause:     @tallyman/testkit/contract.md, section 5',
      '1 passed, 1 failed, 1 not applicable',
    ].join('\n'),
  );
});
