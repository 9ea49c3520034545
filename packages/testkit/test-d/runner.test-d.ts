/** Compiles, or a test runner can no longer be handed in as it is. */
import * as nodeRunner from 'node:test';
import * as jestRunner from '@jest/globals';
import type { SinkHarness, SuiteRunner } from '@tallyman/testkit/conformance';

export const runners: readonly SuiteRunner[] = [nodeRunner, jestRunner];

export const exceptions: SinkHarness['notApplicable'] = {
  '5.9': 'a request is taken as a whole',
  // @ts-expect-error: every sink keeps this clause
  '3.10': 'we like to change records',
};
