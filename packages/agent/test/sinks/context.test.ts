import { expect, test } from '@jest/globals';
import { isSinkError, Secret, systemClock } from '@tallyman/sdk';
import { createDiagnostics } from '../../src/diagnostics/diagnostics.ts';
import { sinkContext } from '../../src/sinks/context.ts';
import { Lines } from '../diagnostics/lines.ts';

function contextWith({ onProgress = () => {} } = {}) {
  const lines = new Lines();
  const context = sinkContext({
    name: 'metrics',
    host: 'quay',
    version: '1.2.3',
    tokens: { stat: new Secret('tok-4711') },
    log: createDiagnostics({ level: 'info', format: 'json', color: false }, lines),
    clock: systemClock,
    random: () => 0.5,
    onProgress,
    onCount: () => {},
  });
  return { context, lines };
}

test('gives a sink its own tokens by kind', () => {
  const { context } = contextWith();

  expect(context.token('stat')?.reveal()).toBe('tok-4711');
  expect(context.token('log')).toBeUndefined();
});

test('puts the name of the sink on every line it logs', () => {
  const { context, lines } = contextWith();

  context.log.warn({ token: context.token('stat') }, 'Slow.');

  expect(lines.parsed).toMatchObject([{ sink: 'metrics', token: '[secret]', msg: 'Slow.' }]);
});

test('passes on progress', () => {
  let progress = 0;
  const { context } = contextWith({ onProgress: () => void progress++ });

  context.progress();

  expect(progress).toBe(1);
});

test('carries the helpers of the SDK and cannot be changed', () => {
  const { context } = contextWith();

  expect(isSinkError(context.sdk.permanent('no'))).toBe(true);
  expect(Object.isFrozen(context) && Object.isFrozen(context.sdk)).toBe(true);
});
