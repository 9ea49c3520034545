import { defineSink, type Sink, type SinkContext } from '@tallyman/sdk';
import { destinationOf, webhookOf } from './destination.ts';
import { formats } from './format/formats.ts';
import { Framer } from './framing/framer.ts';
import { openedLater } from './opened-later.ts';
import { type LogentriesOptions, optionsSchema } from './options.ts';
import { TcpSink } from './tcp/tcp-sink.ts';
import { tokensOf } from './tokens.ts';
import type { WebhookSinkSettings } from './webhook/webhook-sink.ts';

export type { LogentriesOptions } from './options.ts';

export default defineSink({
  type: 'logentries',
  summary: 'Sends records to Logentries (Rapid7 InsightOps), with confirmed delivery.',
  stability: 'stable',
  contract: 1,
  accepts: ['log', 'stat', 'event'],
  token: 'required',
  options: optionsSchema,
  needs: ({ format }) => (format === 'docker-logentries' ? ['rawStats', 'command'] : []),
  defaults: { maxRecords: 2_000, maxBytes: 512 * 1024, maxWaitMs: 100, ordered: true },
  create: createLogentriesSink,
});

function createLogentriesSink(options: LogentriesOptions, context: SinkContext): Sink {
  const tokens = tokensOf(context);
  const format = formats[options.format];
  switch (options.transport) {
    case 'tcp': {
      const destination = destinationOf(options);
      const framer = new Framer(format, tokens);
      return new TcpSink({ destination, framer, confirm: options.confirm }, context);
    }
    case 'webhook':
      return webhookSink({ destination: webhookOf(options), format, tokens }, context);
  }
}

/** Imported only where it is asked for: an HTTP client costs the agent some megabytes. */
function webhookSink(settings: WebhookSinkSettings, context: SinkContext): Sink {
  return openedLater(async () => {
    const { WebhookSink } = await import('./webhook/webhook-sink.ts');
    return new WebhookSink(settings, context);
  });
}
