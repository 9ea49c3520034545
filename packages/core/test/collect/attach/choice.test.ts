import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readerFor } from '../../../src/collect/attach/choice.ts';

const created = {
  logDriver: 'json-file',
  isRemovedOnExit: false,
  isRunning: false,
};
const attaching = { reader: 'attach', rm: 'attach' } as const;
const usual = { reader: 'auto', rm: 'engine' } as const;

const containers = fc.record(
  {
    logDriver: fc.constantFrom('json-file', 'local', 'journald', 'syslog', 'none'),
    isRemovedOnExit: fc.boolean(),
    isRunning: fc.boolean(),
    startedAt: fc.constant('2026-01-01T00:00:00.000000000Z'),
  },
  { requiredKeys: ['logDriver', 'isRemovedOnExit', 'isRunning'] },
);
const settings = fc.record({
  reader: fc.constantFrom('auto' as const, 'engine' as const, 'attach' as const),
  rm: fc.constantFrom('engine' as const, 'attach' as const),
});
const readabilities = fc.constantFrom('unknown' as const, 'not_readable' as const);

describe('which reader a container gets', () => {
  test.each([
    ['the engine’s log, as a rule', created, usual, 'engine'],
    ['none where there is no log', { ...created, logDriver: 'none' }, usual, 'none'],
    ['attaching where that is asked for', { ...created, logDriver: 'none' }, attaching, 'attach'],
    ['the engine’s log, also where attaching is asked for', created, attaching, 'engine'],
    ['attaching before its first run', { ...created, isRemovedOnExit: true }, attaching, 'attach'],
    ['the engine’s log, removed or not', { ...created, isRemovedOnExit: true }, usual, 'engine'],
    [
      'the engine’s log where it runs already',
      { ...created, isRemovedOnExit: true, isRunning: true },
      attaching,
      'engine',
    ],
  ] as const)('%s', (_, container, logs, choice) => {
    expect(readerFor(container, logs)).toBe(choice);
  });

  test('is to attach also to one that runs already, if it was attached to at its creation', () => {
    const running = { ...created, isRemovedOnExit: true, isRunning: true };

    expect(readerFor(running, attaching, { isAnnounced: true })).toBe('attach');
    expect(readerFor(running, usual, { isAnnounced: true })).toBe('engine');
    expect(
      readerFor({ ...running, isRemovedOnExit: false }, attaching, { isAnnounced: true }),
    ).toBe('engine');
  });

  test('is never to attach where the configuration does not ask for it', () => {
    fc.assert(
      fc.property(containers, readabilities, (container, readability) => {
        expect(readerFor(container, usual, { readability })).not.toBe('attach');
      }),
    );
  });

  test('is never the engine’s log where that cannot be read, and never none where it can', () => {
    fc.assert(
      fc.property(containers, settings, readabilities, (container, logs, readability) => {
        const isReadable = container.logDriver !== 'none' && readability === 'unknown';
        const choice = readerFor(container, logs, { readability });

        expect(choice).not.toBe(isReadable ? 'none' : 'engine');
      }),
    );
  });

  test('is to attach to a container with a log only before its first run', () => {
    fc.assert(
      fc.property(containers, settings, (container, logs) => {
        fc.pre(container.logDriver !== 'none' && readerFor(container, logs) === 'attach');

        expect(container).toMatchObject({ isRemovedOnExit: true, isRunning: false });
        expect(container.startedAt).toBeUndefined();
      }),
    );
  });
});
