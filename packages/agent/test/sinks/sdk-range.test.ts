import { expect, test } from '@jest/globals';
import { sdkMismatch } from '../../src/sinks/sdk-range.ts';

test.each([
  '^1.2.0',
  '~1.2.3',
  '>=1.0',
  '1',
  '1.x',
  '*',
  'workspace:^',
  '^0.4.0 || ^1.1.0',
  '^1.9.0 || *',
])('takes a sink made for %s', (range) => {
  expect(sdkMismatch(range, '1.2.0')).toBeUndefined();
});

test.each(['^2.0.0', '^0.9.0', '^0.9.0 || ^2.0.0'])('refuses another major: %s', (range) => {
  expect(sdkMismatch(range, '1.2.0')).toBe(
    `it is made for @tallyman/sdk ${range}, this agent has 1.2.0; install a version of the sink for 1.x`,
  );
});

test.each(['^1.3.0', '^0.9.0 || ^1.3.0'])('refuses a later minor: %s', (range) => {
  expect(sdkMismatch(range, '1.2.9')).toBe(
    `it needs @tallyman/sdk ${range}, this agent has 1.2.9; update the agent, or install an older version of the sink`,
  );
});
