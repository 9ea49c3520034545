import { expect, test } from '@jest/globals';
import { EngineProcesses } from '../../src/measure/engine-usage.ts';

test('an engine that no dockerd has open is not found, and the error says what it takes', async () => {
  await expect(EngineProcesses.at('/nonexistent.sock')).rejects.toThrow(
    'finding the engine at /nonexistent.sock: no dockerd has it open; benchmarks run as root',
  );
});
