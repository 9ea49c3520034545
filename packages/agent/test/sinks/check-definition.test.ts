import { describe, expect, test } from '@jest/globals';
import { checkDefinition } from '../../src/sinks/check-definition.ts';

const valid = {
  type: 'webhook',
  summary: 'Posts records to a URL.',
  stability: 'beta',
  contract: 1,
  accepts: ['log'],
  token: 'none',
  options: { type: 'object', properties: {} },
  create: () => ({ write: async () => {} }),
};

function faultsOf(exported: unknown): readonly string[] {
  const checked = checkDefinition('webhook', exported);
  return 'faults' in checked ? checked.faults : [];
}

test('returns a valid definition as it is', () => {
  expect(checkDefinition('webhook', valid)).toEqual({ definition: valid });
});

test('takes an instance of a class as well', () => {
  class Webhook {
    create() {}
  }
  const { create: _create, ...fields } = valid;

  expect(faultsOf(Object.assign(new Webhook(), fields))).toEqual([]);
});

describe('a default export', () => {
  test.each([
    [undefined, "has no default export; write: export default { type: 'webhook', … }"],
    [() => {}, 'its default export is a function, not an object that describes the sink'],
    [[], 'its default export is an empty list, not an object that describes the sink'],
    ['x', "its default export is 'x', not an object that describes the sink"],
  ])('%p is refused', (exported, fault) => {
    expect(faultsOf(exported)).toEqual([fault]);
  });
});

describe('a field', () => {
  test.each([
    [{ type: 'other' }, "type is 'other', but it was found as 'webhook'; make them equal"],
    [{ summary: '' }, "summary is ''; write one sentence"],
    [
      { stability: undefined },
      "stability is missing; write one of 'stable', 'beta', 'experimental'",
    ],
    [{ accepts: [] }, "accepts is an empty list; write a list of 'log', 'stat', 'event'"],
    [{ accepts: ['log', 'logs'] }, "accepts holds 'logs'; write 'log', 'stat' or 'event'"],
    [{ token: true }, "token is true; write one of 'required', 'optional', 'none'"],
    [
      { options: { url: 'string' } },
      "options is an object; write a schema: { type: 'object', properties: { … } }",
    ],
    [{ needs: 'rawStats' }, "needs is 'rawStats'; write a list or a function of the options"],
    [
      { defaults: { maxRecord: 1 } },
      'defaults.maxRecord is not known; there are maxRecords, maxBytes, maxWaitMs, concurrency, ordered',
    ],
    [{ defaults: { maxRecords: 0 } }, 'defaults.maxRecords cannot be 0'],
    [{ create: {} }, 'create is an object; write: create(options, context) { return { write } }'],
  ])('is named with what to write instead: %j', (changes, fault) => {
    expect(faultsOf({ ...valid, ...changes })).toEqual([fault]);
  });

  test('does not hide another: all are reported', () => {
    expect(faultsOf({ contract: 1 })).toHaveLength(7);
  });
});

describe('the contract', () => {
  test('must be there', () => {
    expect(faultsOf({ ...valid, contract: undefined })).toEqual([
      'contract is missing; write: contract: 1',
    ]);
  });

  test('of another version is refused with both numbers, and nothing else is judged', () => {
    expect(faultsOf({ contract: 2 })).toEqual([
      'contract is 2, this agent knows 1; install a version of the sink that was written for it',
    ]);
  });
});
