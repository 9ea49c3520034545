import { defineSink } from '@tallyman/sdk';
import { tcpClient } from './tcp.js';

const kinds = /** @type {const} */ (['log', 'stat', 'event']);

export default defineSink({
  type: 'example-name',
  summary: 'Sends records as JSON lines over TCP.',
  stability: 'experimental',
  contract: 1,
  accepts: kinds,
  token: 'optional',
  options: {
    type: 'object',
    properties: {
      host: {
        type: 'string',
        minLength: 1,
        description: 'Name or address of the destination.',
        examples: ['receiver.example.com'],
      },
      port: {
        type: 'integer',
        minimum: 1,
        maximum: 65_535,
        description: 'Its port.',
        examples: [6514],
      },
      tls: { type: 'boolean', default: true, description: 'Whether the connection is encrypted.' },
    },
    required: ['host', 'port'],
  },
  // #if token
  create(options, context) {
    // #else
    //|  create(options) {
    // #end
    const client = tcpClient(options);
    return {
      // #if token
      // Before any write, and for `tallyman check --connect`. TCP has no answer that would prove the token.
      // #else
      //|      // Before any write, and for `tallyman check --connect`.
      // #end
      open: (signal) => client.probe(signal),

      // Resolves once the destination has every record: from then on the agent forgets them.
      // #if token
      // #if several
      async write(batch, signal) {
        // Records of several kinds may share a batch, and each kind may have a token of its own.
        for (const [kind, records] of Map.groupBy(batch.records, (record) => record.kind))
          await client.send({ records }, signal, lineOf(context.token(kind)));
      },
      // #else
      //|      write: (batch, signal) => client.send(batch, signal, lineOf(context.token(kinds[0]))),
      // #end
      // #else
      //|      write: (batch, signal) => client.send(batch, signal),
      // #end
    };
  },
});

// #if token
/**
 * The token as the first line of a connection. The only place that sees it.
 * @param {import('@tallyman/sdk').Secret | undefined} token
 */
function lineOf(token) {
  return token === undefined ? '' : `${token.reveal()}\n`;
}
// #end
