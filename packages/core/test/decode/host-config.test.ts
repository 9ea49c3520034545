import { expect, test } from '@jest/globals';
import { hostConfigFrom } from '../../src/decode/host-config.ts';

test('reads the options of the log and the memory limit', () => {
  const LogConfig = { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2' } };

  const read = hostConfigFrom({ HostConfig: { LogConfig, Memory: 268_435_456 } });

  expect(read).toEqual({
    logOptions: { 'max-size': '1m', 'max-file': '2' },
    memoryLimitBytes: 268_435_456,
  });
});

test.each([
  {},
  { HostConfig: null },
  { HostConfig: { LogConfig: { Config: null }, Memory: 0 } },
  { HostConfig: { LogConfig: 7, Memory: '1g' } },
])('says nothing of what is not there: %j', (inspect) => {
  expect(hostConfigFrom(inspect)).toEqual({ logOptions: {} });
});
