import { addressText } from '@tallyman/core';
import type { Examined } from './examination.ts';
import type { Finding } from './finding.ts';

// More is noticed by receivers, and by whoever compares records of two hosts.
const toleratedMs = 5_000;

/** Whether this host's clock agrees with the engine's, by which records are timed. */
export async function examineClock({ survey }: Examined): Promise<readonly Finding[]> {
  const found = await survey;
  if (found.kind === 'unreached') return [];
  const { info, asked, address } = found;
  const engineMs = Date.parse(info.now);
  // However long the answer took: its time lies in between where the clocks agree.
  const aheadMs = Math.max(0, engineMs - asked.toMs) - Math.max(0, asked.fromMs - engineMs);
  const where = [addressText(address)];
  if (Number.isNaN(aheadMs) || engineMs === 0) return [];
  if (Math.abs(aheadMs) <= toleratedMs)
    return [
      {
        code: 'clock.agrees',
        severity: 'fine',
        where,
        what: `the engine’s clock and this host’s agree within ${toleratedMs / 1_000} s`,
      },
    ];
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  return [
    {
      code: 'clock.engine',
      severity: 'warning',
      where,
      what: `the engine’s clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this host’s: receivers may refuse the times of its records`,
      todo: 'set both clocks by the network, on the engine’s host and on this one: sudo timedatectl set-ntp true',
    },
  ];
}
