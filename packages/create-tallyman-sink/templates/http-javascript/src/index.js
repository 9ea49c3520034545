import { defineSink } from '@tallyman/sdk';
import { httpClient } from './http.js';

const kinds = /** @type {const} */ (['log', 'stat', 'event']);

export default defineSink({
  type: 'example-name',
  summary: 'Posts records as JSON lines.',
  stability: 'experimental',
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
        description: 'Where records are posted to.',
        examples: ['https://receiver.example.com/records'],
      },
    },
    required: ['url'],
  },
  create({ url }, context) {
    const client = httpClient(url, context.clock);
    return {
      // #if token
      // #if several
      // Before any write, and for `tallyman check --connect`: shows the destination each token there is.
      async open(signal) {
        const given = kinds.map((kind) => context.token(kind));
        const tokens = new Set(given.filter((token) => token !== undefined));
        for (const token of tokens.size === 0 ? [undefined] : tokens)
          await client.probe(signal, authorization(token));
      },

      // Resolves once the destination has every record: from then on the agent forgets them.
      async write(batch, signal) {
        // Records of several kinds may share a batch, and each kind may have a token of its own.
        for (const [kind, records] of Map.groupBy(batch.records, (record) => record.kind))
          await client.post({ records }, signal, authorization(context.token(kind)));
      },
      // #else
      //|      // Before any write, and for `tallyman check --connect`: shows the destination the token.
      //|      open: (signal) => client.probe(signal, authorization(context.token(kinds[0]))),
      //|
      //|      // Resolves once the destination has every record: from then on the agent forgets them.
      //|      write: (batch, signal) =>
      //|        client.post(batch, signal, authorization(context.token(kinds[0]))),
      // #end
      // #else
      //|      // Before any write, and for `tallyman check --connect`.
      //|      open: (signal) => client.probe(signal),
      //|
      //|      // Resolves once the destination has every record: from then on the agent forgets them.
      //|      write: (batch, signal) => client.post(batch, signal),
      // #end
    };
  },
});

// #if token
/**
 * The only place that sees the token.
 * @param {import('@tallyman/sdk').Secret | undefined} token
 * @returns {Record<string, string>}
 */
function authorization(token) {
  return token === undefined ? {} : { Authorization: `Bearer ${token.reveal()}` };
}
// #end
