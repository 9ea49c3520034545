import type { Clock } from '@tallyman/sdk';
import { LogSource, type StreamName } from '../../decode/log.ts';
import {
  type DecodedChunk,
  isSameLine,
  type LineTime,
  LogDecoder,
  type LogDecoderSettings,
} from '../../decode/log-decoder.ts';
import { type LogPosition, PositionLostError } from '../../decode/resume.ts';
import { earlier, sinceOf, timeOfNanos } from '../../decode/timestamp.ts';
import { answerLimitMs, withDeadline } from '../deadline.ts';
import type { LogQuery } from '../engine.ts';
import type { LogOwner, LogStore } from './store.ts';

export type Range = Pick<LogQuery, 'since' | 'tail'>;

/** What an answer of the engine has, without handing any of it on. */
export interface Sight {
  /** Entries: lines, and pieces of long ones. */
  readonly entries: number;
  /** Times of the first entry and of the youngest; empty where there is none. */
  readonly first: string;
  readonly newest: string;
  /** Lines that are younger than the known one. */
  readonly younger: number;
  readonly hasKnownLine: boolean;
}

/** How a log ends. */
export interface LogTail {
  /** The time of the last entry; empty where the log has none. */
  readonly last: string;
  /** That of the entry behind the one that was asked for; empty where it is not among the last 64,000. */
  readonly next: string;
}

// Mostly it is right at the end.
const endEntries = 100;
const tails = [endEntries, 1_000, 8_000, 64_000];
// A long log takes the engine minutes to read.
const longestLookMs = 300_000;
// Engine 20.10 leaves out every line before `since`, and times run backwards by milliseconds.
const disorderMs = 1_000;

/** Looks into one container's log. Rejects as the engine does. */
export class Probe {
  readonly #container: LogOwner;
  readonly #store: LogStore;
  readonly #clock: Clock;

  constructor(container: LogOwner, store: LogStore, clock: Clock) {
    this.#container = container;
    this.#store = store;
    this.#clock = clock;
  }

  /** The time of the log's last entry; empty where the log has none. */
  async newest(signal: AbortSignal): Promise<string> {
    const { newest } = await withDeadline(answerLimitMs, this.#clock, signal, (limited) =>
      this.look({ tail: 1 }, undefined, limited),
    );
    return newest;
  }

  /** How the log ends, and what stands behind the entry of that time. */
  async tailFrom(time: string, signal: AbortSignal): Promise<LogTail> {
    let last = '';
    for (const tail of tails) {
      const decoder = this.#decoder({});
      decoder.noteNext(time);
      await this.#readInto(decoder, { tail }, signal);
      last = decoder.lastTime;
      if (decoder.nextTime !== '') return { last, next: decoder.nextTime };
      if (decoder.entries < tail) break;
    }
    return { last, next: '' };
  }

  /** Whether an entry of that time is in the range. */
  async has(time: string, range: Range, signal: AbortSignal): Promise<boolean> {
    const decoder = this.#decoder({ expected: time });
    await this.#readInto(decoder, range, signal, () => decoder.hasSeenExpected);
    return decoder.hasSeenExpected;
  }

  /** Whether an entry of that time is among the last hundred. */
  isAtEnd(time: string, signal: AbortSignal): Promise<boolean> {
    return this.has(time, { tail: endEntries }, signal);
  }

  /** Whether an entry of that time is in the log. */
  stillHas(time: string, signal: AbortSignal): Promise<boolean> {
    return this.has(time, { since: sinceOf(earlier(time, disorderMs)) }, signal);
  }

  /** What the engine would answer; `position` is the known line. */
  async look(range: Range, position: LogPosition | undefined, signal: AbortSignal): Promise<Sight> {
    const known = position === undefined ? {} : { position };
    const { tail } = range;
    const byTime = this.#decoder({ ...known, resumeBy: 'time' });
    let byLine: LogDecoder | undefined = this.#decoder(
      tail === undefined ? known : { ...known, tail },
    );
    let younger = 0;
    const seek = (step: (decoder: LogDecoder) => unknown) => {
      try {
        if (byLine !== undefined) step(byLine);
      } catch (error) {
        if (!(error instanceof PositionLostError)) throw error;
        byLine = undefined;
      }
    };
    const take = (bytes: Buffer) => {
      // A decoder may write into what it is given.
      const again = Buffer.from(bytes);
      younger += linesIn(byTime.write(bytes));
      seek((decoder) => decoder.write(again));
      return undefined;
    };
    await withDeadline(longestLookMs, this.#clock, signal, async (limited) => {
      const query = { follow: false, ...range };
      const source = await this.#store.read(this.#container, query, limited);
      byTime.reads(source);
      byLine?.reads(source);
      await source.pump(take);
    });
    younger += linesIn(byTime.flush());
    seek((decoder) => decoder.flush());
    return {
      entries: byTime.entries,
      first: byTime.firstTime,
      newest: byTime.newestTime,
      younger,
      hasKnownLine: byLine?.hasResumed ?? false,
    };
  }

  /**
   * Whether the line has, in the log, a piece that it has already; nothing where it is not there any more. Of a line
   * that is longer than `maxLineBytes`, as far as these.
   */
  async hasPieceTwice(
    line: LineTime,
    maxLineBytes: number,
    signal: AbortSignal,
  ): Promise<boolean | undefined> {
    const { time } = line;
    let comesTwice = false;
    const decoder = this.#decoder({
      expected: time,
      maxLineBytes,
      source: (stream) => nobodyOn[stream],
      comesTwice: (other) => {
        comesTwice ||= isSameLine(line, other);
      },
    });
    const range = { since: sinceOf(earlier(time, disorderMs)) };
    // Other lines, also much younger ones, may stand between its pieces.
    const isDone = (chunks: readonly DecodedChunk[]) => comesTwice || hasLine(chunks, line);
    await this.#readInto(decoder, range, signal, isDone, longestLookMs);
    return decoder.hasSeenExpected ? comesTwice : undefined;
  }

  /** Reads the range, or as much of it as it takes. */
  async #readInto(
    decoder: LogDecoder,
    range: Range,
    signal: AbortSignal,
    isDone: (chunks: readonly DecodedChunk[]) => boolean = () => false,
    limitMs = answerLimitMs,
  ): Promise<void> {
    const look = async (limited: AbortSignal) => {
      const source = await this.#store.read(this.#container, { follow: false, ...range }, limited);
      decoder.reads(source);
      await source.pump((bytes) => {
        if (isDone(decoder.write(bytes))) throw new Found();
        return undefined;
      });
    };
    await withDeadline(limitMs, this.#clock, signal, look).catch((error: unknown) => {
      if (!(error instanceof Found)) throw error;
    });
    decoder.flush();
  }

  #decoder(settings: Partial<LogDecoderSettings>): LogDecoder {
    return new LogDecoder({
      tty: this.#container.tty,
      maxLineBytes: 0,
      source: () => nobodyOn.stdout,
      fallbackTime: timeOfNanos(BigInt(this.#clock.now()) * 1_000_000n),
      ...settings,
    });
  }
}

/** What was looked for has come. */
class Found extends Error {}

function linesIn(chunks: readonly DecodedChunk[]): number {
  return chunks.reduce((sum, { records }) => sum + records.length, 0);
}

function hasLine(chunks: readonly DecodedChunk[], line: LineTime): boolean {
  return chunks.some(({ records }) => [...records].some((record) => isSameLine(line, record)));
}

// Nobody sees these records.
const nobodyOn = {
  stdout: nobody('stdout'),
  stderr: nobody('stderr'),
  console: nobody('console'),
};

function nobody(stream: StreamName): LogSource {
  return new LogSource(
    { host: '', container: { id: '', name: '', image: '' }, fields: {} },
    stream,
  );
}
