import definition from 'MODULE.js';
import { describe, test } from 'node:test';
import { describeSink } from '@tallyman/testkit';
import { TcpBackend } from './tcp-backend.js';

const unanswered = 'over TCP the destination has no words for it';

// Each clause of the contract that binds a sink is a test, against a destination on loopback.
const harness = {
  start: () => TcpBackend.start(),
  invalidOptions: [{}, { host: '127.0.0.1' }, { host: '127.0.0.1', port: 0 }],
  // #if token
  token: 'a-token-of-the-tests',
  // #end
  notApplicable: {
    2.4: 'there is no URL',
    3.2: unanswered,
    5.1: unanswered,
    5.2: unanswered,
    5.4: unanswered,
    5.6: unanswered,
    5.7: unanswered,
    5.8: unanswered,
    5.9: unanswered,
  },
};

describeSink(definition, harness, { describe, test });
