import { describe, test } from 'node:test';
import { describeSink } from '@tallyman/testkit/conformance';
import definition from '../src/index.js';
import { TcpBackend } from './tcp-backend.js';

// No clause about answers: the destination says nothing. And no URL.
const unanswered = ['2.4', '3.2', '5.1', '5.2', '5.4', '5.6', '5.7', '5.8', '5.9'];

// Each clause of the contract that binds a sink is a test, against a destination on loopback.
const harness = {
  start: () => TcpBackend.start(),
  invalidOptions: [{}, { host: '127.0.0.1' }, { host: '127.0.0.1', port: 0 }],
  // #if token
  token: 'a-token-of-the-tests',
  // #end
  notApplicable: Object.fromEntries(
    unanswered.map((clause) => [clause, 'over TCP the destination has no words for it']),
  ),
};

describeSink(definition, harness, { describe, test });
