/** A sink in one file, as a third party writes it: posts log records as JSON lines. */
export default {
  type: 'ledger',
  summary: 'Posts records as JSON lines to the ledger of a fault test.',
  stability: 'experimental',
  contract: 1,
  accepts: ['log'],
  token: 'none',
  options: {
    type: 'object',
    properties: { url: { type: 'string', format: 'uri', description: 'Where to post.' } },
    required: ['url'],
  },
  create: ({ url }, { sdk }) => ({
    async write(batch, signal) {
      const headers = { 'x-attempt': `${batch.attempt}` };
      const body = sdk.encodeJsonLines(batch);
      const answer = await fetch(url, { method: 'POST', headers, body, signal });
      await answer.arrayBuffer();
      if (answer.ok) return;
      const message = `posting ${batch.records.length} records: HTTP ${answer.status}`;
      const isTemporary = answer.status === 429 || answer.status >= 500;
      if (!isTemporary) throw sdk.permanent(message, { status: answer.status });
      const seconds = Number(answer.headers.get('retry-after') ?? 0);
      const wait = seconds > 0 ? { retryAfterMs: seconds * 1000 } : {};
      throw sdk.retryable(message, { status: answer.status, ...wait });
    },
  }),
};
