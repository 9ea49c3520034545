import { OutputLines } from './attach-output.ts';
import type { ReceiptTimes } from './attach-times.ts';
import { withoutCarriageReturn } from './console.ts';
import { Demultiplexer } from './demultiplex.ts';
import type { Line } from './lines.ts';
import { LogRecord, type LogSource, type StreamName } from './log.ts';

/** The engine itself says, inside the stream, that it cannot go on (frame type 3). */
class EngineAttachError extends Error {
  override readonly name = 'EngineAttachError';
}

export interface AttachDecoderSettings {
  readonly tty: boolean;
  readonly maxLineBytes: number;
  /** What records of a stream share; asked for each record, as the container may be renamed meanwhile. */
  readonly source: (stream: StreamName) => LogSource;
  /** Shared by all connections to a container. */
  readonly times: ReceiptTimes;
  /** On the engine's clock. */
  readonly now: () => string;
}

const [stderrChannel, errorChannel] = [2, 3];

/**
 * Turns what a container prints, as it comes over an attached connection, into records. There are no times in
 * it: a line has that of the receipt of its first byte. Synchronous; holds at most one line a stream.
 */
export class AttachDecoder {
  readonly #settings: AttachDecoderSettings;
  readonly #demultiplexer = new Demultiplexer();
  readonly #outputs = new Map<StreamName, OutputLines>();
  #records: LogRecord[] = [];

  constructor(settings: AttachDecoderSettings) {
    this.#settings = settings;
  }

  /** The records that these bytes complete. Throws `FramingError` or {@link EngineAttachError}. */
  write(bytes: Buffer): readonly LogRecord[] {
    const { tty, times, now } = this.#settings;
    times.arrive(now());
    // One copy for all lines of these bytes, which refer to it.
    const own = Buffer.from(bytes);
    if (tty) this.#output('console').write(own, 0, own.length);
    else this.#demultiplexer.write(own, this.#takeFrame);
    return this.take();
  }

  /** The lines that had no end: their container has stopped. */
  flush(): readonly LogRecord[] {
    for (const output of this.#outputs.values()) output.flush();
    return this.take();
  }

  /** The records that are complete and were not returned yet: after `write` threw, those before the fault. */
  take(): readonly LogRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  readonly #takeFrame = (channel: number, bytes: Buffer, start: number, end: number): void => {
    if (channel === errorChannel)
      throw new EngineAttachError(
        `reading an attached container: the engine says "${bytes.toString('utf8', start, end).trim()}"`,
      );
    this.#output(channel === stderrChannel ? 'stderr' : 'stdout').write(bytes, start, end);
  };

  #output(stream: StreamName): OutputLines {
    let output = this.#outputs.get(stream);
    if (output === undefined) {
      const { maxLineBytes, times, source } = this.#settings;
      const take = (line: Line) => this.#records.push(recordOf(line, source(stream)));
      output = new OutputLines(maxLineBytes, () => times.next(), take);
      this.#outputs.set(stream, output);
    }
    return output;
  }
}

function recordOf(line: Line, source: LogSource): LogRecord {
  const text = source.stream === 'console' ? withoutCarriageReturn(line) : line;
  return new LogRecord(source, text);
}
