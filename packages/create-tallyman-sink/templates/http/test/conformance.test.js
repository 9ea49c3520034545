import { describe, test } from 'node:test';
import { describeSink, httpHarness } from '@tallyman/testkit/conformance';
import definition from '../src/index.js';

// Each clause of the contract that binds a sink is a test, against a destination on loopback.
const harness = httpHarness({
  options: (url) => ({ url }),
  invalidOptions: [{}, { url: 'nowhere' }, { url: 'ftp://127.0.0.1/' }],
  // #if token
  token: 'a-token-of-the-tests',
  // #end
  notApplicable: { 5.9: 'the destination takes a request as a whole' },
});

describeSink(definition, harness, { describe, test });
