import { describe, expect, test } from '@jest/globals';
import { measuredCommand } from '../../src/measure/measured-command.ts';

const busy = 'const until = process.cpuUsage(); while (process.cpuUsage(until).user < 200_000);';
const large = 'const bytes = Buffer.alloc(200 * 1024 * 1024, 1); setTimeout(() => bytes, 100);';

describe('a measured command', () => {
  test('is charged with the CPU that it used', async () => {
    const { cpuSeconds, wallSeconds } = await measuredCommand(process.execPath, ['-e', busy]);

    expect(cpuSeconds).toBeGreaterThanOrEqual(0.19);
    expect(wallSeconds).toBeGreaterThanOrEqual(0.19);
  });

  test('is charged with the most memory that it had', async () => {
    const { peakRssMiB } = await measuredCommand(process.execPath, ['-e', large]);

    expect(peakRssMiB).toBeGreaterThan(200);
  });

  test('that fails is an error with what it said', async () => {
    await expect(measuredCommand('sh', ['-c', 'echo no such log >&2; exit 3'])).rejects.toThrow(
      /it ended with 3: no such log/,
    );
  });
});
