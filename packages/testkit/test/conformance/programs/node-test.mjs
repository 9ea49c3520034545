import { describe, test } from 'node:test';
import { describeSink, httpHarness } from '@tallyman/testkit/conformance';

const definition = {
  type: 'webhook',
  summary: 'Posts records as JSON lines.',
  stability: 'experimental',
  contract: 1,
  accepts: ['log', 'stat', 'event'],
  token: 'none',
  options: {
    type: 'object',
    properties: { url: { type: 'string', format: 'uri', description: 'Where to.' } },
    required: ['url'],
  },
  create: ({ url }, { sdk, clock }) => ({
    async write(batch, signal) {
      const body = sdk.encodeJsonLines(batch);
      const doing = `posting ${batch.records.length} records`;
      const response = await fetch(url, { method: 'POST', body, signal }).catch((cause) => {
        throw sdk.retryable(doing, { cause });
      });
      const { ok, status, headers } = response;
      if (ok) return;
      if (status !== 429 && status < 500)
        throw sdk.permanent(`${doing}: HTTP ${status}`, { status });
      const wait = headers.get('retry-after') ?? '0';
      const retryAfterMs = /^\d+$/.test(wait) ? wait * 1_000 : Date.parse(wait) - clock.now();
      throw sdk.retryable(`${doing}: HTTP ${status}`, { status, retryAfterMs });
    },
  }),
};

const harness = httpHarness({
  options: (url) => ({ url }),
  invalidOptions: [{}, { url: 'nowhere' }],
  notApplicable: {
    2.4: 'there is no token',
    3.2: 'there is no `open`',
    5.9: 'a request is taken as a whole',
    6.1: 'told so, to see it skipped',
  },
});

describeSink(definition, harness, { describe, test });
