import { expect, test } from '@jest/globals';
import type { SinkDefinition } from '@tallyman/sdk';
import { checkSink } from '@tallyman/testkit/conformance';
import { checkClause } from '../../src/conformance/check-sink.ts';
import { harness, sinkWith } from './right-sink.ts';

const signal = new AbortController().signal;

/** What an author of JavaScript may have written. */
function definitionWith(changes: object): SinkDefinition {
  return { ...sinkWith(), ...changes };
}

async function seenOf(changes: object): Promise<unknown> {
  const result = await checkClause('4.2', { definition: definitionWith(changes), harness, signal });
  return result.outcome === 'failed' ? result.fault.seen : result.outcome;
}

test('a sink whose `create` throws is shown with what it threw', async () => {
  const create = () => {
    throw new TypeError('host is not defined');
  };

  expect(await seenOf({ create })).toBe('it rejected with TypeError: host is not defined');
});

test('a promise of a sink is no sink', async () => {
  const create = async () => ({ write: async () => {} });

  expect(await seenOf({ create })).toBe('a promise');
});

test('a sink that cannot open where everything is accepted is shown with what it rejected with', async () => {
  const create = () => ({
    open: () => Promise.reject(new Error('connecting: no route')),
    write: async () => {},
  });

  expect(await seenOf({ create })).toBe('it rejected with Error: connecting: no route');
});

test('a module without a default export is refused with what to do', async () => {
  const nothing: unknown = undefined;

  await expect(checkSink(nothing as SinkDefinition, harness)).rejects.toThrow(
    'checking a sink: its definition is of the type undefined; hand in the default export of its module',
  );
});

test('a signal that aborts in the midst ends the check with its reason', async () => {
  const aborting = new AbortController();
  const create = () => {
    aborting.abort(new Error('enough'));
    return { write: async () => {} };
  };

  const checking = checkSink(definitionWith({ create }), harness, aborting.signal);

  await expect(checking).rejects.toThrow('enough');
});
