import {
  encodeJsonArray,
  encodeJsonLines,
  isSinkError,
  partial,
  permanent,
  retryable,
  type SinkContext,
  systemClock,
} from '@tallyman/sdk';

const silent = () => {};

export const sinkContext: SinkContext = {
  name: 'stdout',
  host: 'quay',
  version: '0.0.0',
  token: () => undefined,
  log: { debug: silent, info: silent, warn: silent, error: silent },
  clock: systemClock,
  random: Math.random,
  progress: silent,
  count: silent,
  sdk: { retryable, permanent, partial, isSinkError, encodeJsonLines, encodeJsonArray },
};
