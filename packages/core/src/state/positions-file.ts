import type { LogMark } from '../decode/mark.ts';
import type { LineRef, LogPosition } from '../decode/resume.ts';
import type { ContainerMarks } from './marked-positions.ts';

/** What a lane's file of positions says. */
export interface SavedPositions {
  readonly bornAt: string;
  readonly containers: readonly ContainerMarks[];
}

const version = 1;

/** The file's text. */
export function printedPositions({ bornAt, containers }: SavedPositions): string {
  return `${JSON.stringify({ version, bornAt, containers })}\n`;
}

/** Reads the file's text. Throws, with what is wrong, where any of it is not as {@link printedPositions} writes it. */
export function positionsFrom(text: string): SavedPositions {
  const file = objectFrom(JSON.parse(text), 'the file');
  if (typeof file.version !== 'number') throw new Error('it says no version');
  if (file.version > version)
    throw new Error(`a newer version wrote it (format ${file.version}, this one reads ${version})`);
  return {
    bornAt: textFrom(file.bornAt, 'bornAt'),
    containers: listFrom(file.containers, 'containers').map(marksFrom),
  };
}

function marksFrom(value: unknown): ContainerMarks {
  const { delivered, stored } = objectFrom(value, 'a container');
  if (delivered === undefined && stored === undefined) throw new Error('a container has no mark');
  return {
    ...(delivered !== undefined && { delivered: markFrom(delivered) }),
    ...(stored !== undefined && { stored: markFrom(stored) }),
  };
}

function markFrom(value: unknown): LogMark {
  const { containerId, name, position, ended } = objectFrom(value, 'a mark');
  return {
    containerId: textFrom(containerId, 'containerId'),
    name: textFrom(name, 'name'),
    ...(position !== undefined && { position: positionFrom(position) }),
    ...(ended !== undefined && { ended: textFrom(ended, 'ended') }),
  };
}

function positionFrom(value: unknown): LogPosition {
  const { after, ahead, youngest } = objectFrom(value, 'position');
  return {
    ...(after !== undefined && { after: lineFrom(after) }),
    ahead: listFrom(ahead, 'ahead').map(lineFrom),
    youngest: listFrom(youngest, 'youngest').map((one) => {
      const { stream, time } = objectFrom(one, 'youngest');
      return { stream: streamFrom(stream), time: textFrom(time, 'time') };
    }),
  };
}

function lineFrom(value: unknown): LineRef {
  const { stream, time, ordinal, isTerminated } = objectFrom(value, 'a line');
  if (typeof ordinal !== 'number' || typeof isTerminated !== 'boolean')
    throw new Error('a line has no ordinal, or does not say whether it is terminated');
  return { stream: streamFrom(stream), time: textFrom(time, 'time'), ordinal, isTerminated };
}

function streamFrom(value: unknown): LineRef['stream'] {
  if (value === 'stdout' || value === 'stderr' || value === 'console') return value;
  throw new Error('a stream is none of stdout, stderr and console');
}

function objectFrom(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error(`${what} is no object`);
  return { ...value };
}

function listFrom(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${what} is no list`);
  return value;
}

function textFrom(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Error(`${what} is no text`);
  return value;
}
