import fc from 'fast-check';
import type { LogMark } from '../../src/decode/mark.ts';
import type { LineRef } from '../../src/decode/resume.ts';
import type { ContainerMarks } from '../../src/state/marked-positions.ts';

/** The id of a made-up container. */
export const idOf = (container: number): string => container.toString(16).padStart(64, '0');

/** A mark after a container's line of this second of the minute. */
export function markAt(second: number, container = 1): LogMark {
  const time = `2026-11-22T10:00:${String(second).padStart(2, '0')}.000000000Z`;
  const line: LineRef = { stream: 'stdout', time, ordinal: 0, isTerminated: true };
  return {
    containerId: idOf(container),
    name: `web-${container}`,
    position: { after: line, ahead: [], youngest: [{ stream: 'stdout', time }] },
  };
}

const time = fc
  .date({ min: new Date(0), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().replace('Z', '000000Z'));
const stream = fc.constantFrom('stdout' as const, 'stderr' as const, 'console' as const);
const line = fc.record({ stream, time, ordinal: fc.nat(), isTerminated: fc.boolean() });
const position = fc.record(
  {
    after: line,
    ahead: fc.array(line, { maxLength: 2 }),
    youngest: fc.array(fc.record({ stream, time }), { maxLength: 2 }),
  },
  { requiredKeys: ['ahead', 'youngest'] },
);

/** Any mark that can be. */
const anyMark: fc.Arbitrary<LogMark> = fc.record(
  { containerId: fc.nat().map(idOf), name: fc.string(), position, ended: time },
  { requiredKeys: ['containerId', 'name'] },
);

/** Any marks of one container. */
export const anyMarks: fc.Arbitrary<ContainerMarks> = fc.oneof(
  anyMark.map((delivered) => ({ delivered })),
  anyMark.map((stored) => ({ stored })),
  fc.tuple(anyMark, anyMark).map(([delivered, stored]) => ({ delivered, stored })),
);
