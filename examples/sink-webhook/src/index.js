import { defineSink, partial } from '@tallyman/sdk';
import { Webhook } from './webhook.js';

const kinds = /** @type {const} */ (['log', 'stat', 'event']);

export default defineSink({
  type: 'webhook',
  summary: 'Posts batches of records to a URL, as JSON arrays.',
  stability: 'stable',
  contract: 1,
  accepts: kinds,
  token: 'optional',
  options: {
    type: 'object',
    properties: {
      url: {
        type: 'string',
        format: 'uri',
        pattern: '^https?://',
        description: 'Where batches are posted to.',
        examples: ['https://hooks.example.com/containers'],
      },
      headers: {
        type: 'object',
        additionalProperties: { type: 'string' },
        default: {},
        description: 'Headers of every request. Credentials are no headers here, but the token.',
        examples: [{ 'X-Environment': 'production' }],
      },
    },
    required: ['url'],
  },
  create({ url, headers }, context) {
    const webhook = new Webhook(url, headers, context.clock);
    return {
      async open(signal) {
        const tokens = new Set(kinds.map((kind) => context.token(kind)));
        // A kind may be without a token, and then be none that is configured to come here.
        if (tokens.size > 1) tokens.delete(undefined);
        for (const each of tokens) await webhook.probe(each, signal);
      },

      async write({ records }, signal) {
        /** @type {number[]} */
        const retry = [];
        /** @type {{ index: number, reason: string }[]} */
        const drop = [];
        // Kinds may share a batch, and each may have a token of its own.
        const byKind = Map.groupBy(records.entries(), ([, { kind }]) => kind);
        for (const [kind, entries] of byKind) {
          const sent = entries.map(([, record]) => record);
          for (const refused of await webhook.post(sent, context.token(kind), signal)) {
            // Back from a place in the request to the place in the batch.
            const [index] = entries[refused.index] ?? [];
            if (index === undefined) continue;
            if (refused.retry === true) retry.push(index);
            else drop.push({ index, reason: String(refused.reason ?? 'refused') });
          }
        }
        if (retry.length + drop.length > 0) throw partial({ retry, drop });
      },
    };
  },
});
