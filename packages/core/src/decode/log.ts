import {
  type ContainerIdentity,
  type ContainerLog,
  type JsonTarget,
  type JsonWritable,
  writeJson,
} from '@tallyman/sdk';
import { nanoDigits, timeOf } from './instant.ts';
import { JsonHead } from './json-head.ts';
import type { Line } from './lines.ts';
import { weight } from './weight.ts';

/** What all records of a container have in common, until the container is renamed or relabelled. */
export interface Origin {
  readonly host: string;
  readonly container: ContainerIdentity;
  readonly fields: Readonly<Record<string, string>>;
}

/** The letters by which ids name the streams. */
export const streamLetters = { stdout: 'o', stderr: 'e', console: 'c' } as const;

/** Stdout, stderr or, of a TTY, both. */
export type StreamName = ContainerLog['stream'];

export const streamNames: readonly StreamName[] = ['stdout', 'stderr', 'console'];

/** One stream of a container: what its records share, prepared once. */
export class LogSource {
  readonly origin: Origin;
  readonly stream: StreamName;
  readonly idPrefix: string;
  /** The JSON between a record's time and its message. */
  readonly json: Buffer;
  /** The JSON of a record up to its message. */
  readonly head: JsonHead;

  constructor(origin: Origin, stream: StreamName) {
    this.origin = origin;
    this.stream = stream;
    this.idPrefix = `${shortId(origin.container.id)}:${streamLetters[stream]}:`;
    const { host, container, fields } = origin;
    const shared = JSON.stringify({ host, container, fields, stream });
    this.json = Buffer.from(`,${shared.slice(1, -1)},"message":`);
    this.head = new JsonHead(this.idPrefix, this.json);
  }
}

/** The first 12 digits, by which people know a container. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}

const perRecordBytes = 120;

/** What a record of the source weighs whose message has so many bytes. */
export function logWeight(source: LogSource, messageLength: number): number {
  return messageLength + source.json.length + perRecordBytes;
}

/**
 * A log record as a view on its line's bytes: the message is decoded only where somebody asks for it.
 * `JSON.stringify` gives the documented form, and so do the SDK's encoders, from the bytes.
 */
export class LogRecord implements ContainerLog, JsonWritable {
  readonly source: LogSource;
  /** Its time, as numbers: see {@link Instant}. */
  readonly seconds: number;
  readonly nanos: number;
  /** Of its line, among those of equal time of its stream. */
  readonly ordinal: number;
  readonly isTerminated: boolean;
  declare readonly truncated?: true;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;

  constructor(source: LogSource, line: Line) {
    this.source = source;
    this.seconds = line.seconds;
    this.nanos = line.nanos;
    this.ordinal = line.ordinal;
    this.isTerminated = line.isTerminated;
    this.#bytes = line.bytes;
    this.#start = line.start;
    this.#end = line.end;
    if (line.truncated) this.truncated = true;
  }

  get time(): string {
    return timeOf(this);
  }

  get kind(): 'log' {
    return 'log';
  }

  get id(): string {
    const { seconds, nanos, ordinal } = this;
    return `${this.source.idPrefix}${seconds}${nanoDigits(nanos)}:${ordinal}`;
  }

  get host(): string {
    return this.source.origin.host;
  }

  get container(): ContainerIdentity {
    return this.source.origin.container;
  }

  get fields(): Readonly<Record<string, string>> {
    return this.source.origin.fields;
  }

  get stream(): StreamName {
    return this.source.stream;
  }

  get message(): string {
    return this.#bytes.toString('utf8', this.#start, this.#end);
  }

  /** The message's own bytes, as the container printed them. */
  get messageBytes(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** How many these are. */
  get messageLength(): number {
    return this.#end - this.#start;
  }

  get [weight](): number {
    return logWeight(this.source, this.messageLength);
  }

  toJSON(): ContainerLog {
    const { kind, id, time, host, container, fields, stream, message, truncated } = this;
    const record: ContainerLog = { kind, id, time, host, container, fields, stream, message };
    return truncated ? { ...record, truncated } : record;
  }

  [writeJson](target: JsonTarget): void {
    this.source.head.write(this, target);
    target.quoted(this.#bytes, this.#start, this.#end);
    target.raw(this.truncated ? endOfTruncated : end);
  }
}

const [end, endOfTruncated] = [Buffer.from('}'), Buffer.from(',"truncated":true}')];
