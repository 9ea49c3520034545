import { describe, test } from 'node:test';
import { describeSink, httpHarness } from '@tallyman/testkit/conformance';
import definition from '../src/index.js';

const harness = httpHarness({
  options: (url) => ({ url: `${url}/containers` }),
  invalidOptions: [{}, { url: 'hooks.example.com' }, { url: 'ftp://hooks.example.com/' }],
  token: 'let-me-in-4711',
  partial: (refused) => ({
    status: 200,
    body: { refused: refused.map(({ index }) => ({ index, reason: 'no such field' })) },
  }),
});

describeSink(definition, harness, { describe, test });
