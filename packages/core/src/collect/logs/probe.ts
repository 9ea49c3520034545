import type { Clock } from '@tallyman/sdk';
import type { ContainerDetails } from '../../decode/inspect.ts';
import { LogSource, type StreamName } from '../../decode/log.ts';
import { LogDecoder } from '../../decode/log-decoder.ts';
import { type LogPosition, PositionLostError } from '../../decode/resume.ts';
import { timeOfNanos } from '../../decode/timestamp.ts';
import { answerLimitMs, withDeadline } from '../deadline.ts';
import type { Engine, LogQuery } from '../engine.ts';

type Range = Pick<LogQuery, 'since' | 'tail'>;
type Container = Pick<ContainerDetails, 'id' | 'tty'>;

// A long log takes the engine minutes to read.
const longestLookMs = 300_000;

/** The time of the log's last entry; empty where the log has none. Rejects as the engine does. */
export async function newestLineTime(
  container: Container,
  engine: Engine,
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  const decoder = new LogDecoder({ ...unnamed(clock), tty: container.tty });
  await withDeadline(answerLimitMs, clock, signal, (limited) =>
    look({ id: container.id, range: { tail: 1 }, decoder }, engine, clock, limited),
  );
  decoder.flush();
  return decoder.newestTime;
}

/** How to go on with a log whose known last line is not where it was looked for. */
export interface WayOn {
  readonly range: Pick<LogQuery, 'since' | 'tail'>;
  /** `time`: the line is not in the log any more, what is younger is new. */
  readonly by: 'line' | 'time';
}

export interface Sought {
  readonly container: Container;
  readonly position: LogPosition;
  /** The `since` that would do, were the log whole. */
  readonly since: string;
}

const tails = [64_000, 16_000, 4_000, 1_000, 100, 10, 1];

/**
 * Looks for the question whose answer has the known line, or else the most lines that are younger. The engine
 * ends its answer, without a word, at a place of the log that was damaged, e.g. by a power cut: only a question
 * that does not lead over it brings what stands behind.
 */
export async function wayOn(
  sought: Sought,
  engine: Engine,
  clock: Clock,
  signal: AbortSignal,
): Promise<WayOn> {
  const looking = (range: Range) => sighted({ ...sought, range }, engine, clock, signal);
  let best = await looking({ since: sought.since });
  let tooFar: number | undefined;
  let tail = 0;
  for (const candidate of tails) {
    if (best.hasKnownLine && best.hasNewest) return { range: best.range, by: 'line' };
    const sight = await looking({ tail: candidate });
    if (isBetter(sight, best)) {
      best = sight;
      tail = candidate;
    } else if (tail === 0) tooFar = candidate;
  }
  // Between a question that leads over the damage and one that does not.
  for (let step = 0; step < 12 && tooFar !== undefined && tooFar - tail > 1 && tail > 0; step++) {
    const middle = Math.floor((tail + tooFar) / 2);
    const sight = await looking({ tail: middle });
    if (isBetter(sight, best)) [best, tail] = [sight, middle];
    else tooFar = middle;
  }
  return { range: best.range, by: best.hasKnownLine ? 'line' : 'time' };
}

/** What an answer would bring. */
interface Sight {
  readonly range: Range;
  readonly hasKnownLine: boolean;
  /** Whether it reaches to the log's end. */
  readonly hasNewest: boolean;
  /** Lines that are younger than the known one. */
  readonly younger: number;
}

function isBetter(sight: Sight, than: Sight): boolean {
  if (sight.hasNewest !== than.hasNewest) return sight.hasNewest;
  return sight.younger > than.younger;
}

async function sighted(
  { container, position, range }: Omit<Sought, 'since'> & { readonly range: Range },
  engine: Engine,
  clock: Clock,
  signal: AbortSignal,
): Promise<Sight> {
  const expected = await newestLineTime(container, engine, clock, signal);
  const common = { ...unnamed(clock), tty: container.tty, position, expected };
  const byTime = new LogDecoder({ ...common, resumeBy: 'time' });
  const byLine = new LogDecoder({
    ...common,
    ...(range.tail === undefined ? {} : { tail: range.tail }),
  });
  let isLost = false;
  const see = (bytes: Buffer) => {
    if (isLost) return;
    try {
      byLine.write(bytes);
    } catch (error) {
      if (!(error instanceof PositionLostError)) throw error;
      isLost = true;
    }
  };
  const younger = await look(
    { id: container.id, range, decoder: byTime, see },
    engine,
    clock,
    signal,
  );
  const hasKnownLine = !isLost && byLine.hasResumed;
  return { range, hasKnownLine, hasNewest: byTime.hasSeenExpected, younger };
}

interface Look {
  readonly id: string;
  readonly range: Range;
  readonly decoder: LogDecoder;
  readonly see?: (bytes: Buffer) => void;
}

/** Reads without handing on; how many lines would have been. */
async function look(
  { id, range, decoder, see }: Look,
  engine: Engine,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  let lines = 0;
  await withDeadline(longestLookMs, clock, signal, async (limited) => {
    const source = await engine.logs(id, { follow: false, ...range }, limited);
    await source.pump((bytes) => {
      for (const { records } of decoder.write(bytes)) lines += records.length;
      see?.(bytes);
      return undefined;
    });
  });
  return lines;
}

// Nobody sees these records.
function unnamed(clock: Clock) {
  const origin = { host: '', container: { id: '', name: '', image: '' }, fields: {} };
  return {
    maxLineBytes: 0,
    source: (stream: StreamName) => new LogSource(origin, stream),
    fallbackTime: timeOfNanos(BigInt(clock.now()) * 1_000_000n),
  };
}
