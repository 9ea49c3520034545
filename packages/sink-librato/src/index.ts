import { defineSink } from '@tallyman/sdk';
import { optionsSchema } from './options.ts';
import { LibratoSink } from './sink.ts';

export type { LibratoOptions } from './options.ts';

export default defineSink({
  type: 'librato',
  summary: 'Sends stats and log counts to Librato as gauges, and events as annotations.',
  stability: 'stable',
  contract: 1,
  accepts: ['stat', 'event'],
  token: 'required',
  options: optionsSchema,
  // The stats of 300 containers are some 11,000 points: 22 requests.
  defaults: { maxRecords: 300 },
  create: (options, context) => new LibratoSink(options, context),
});
