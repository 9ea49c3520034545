import { type ContainerRecord, encodeRecord, JsonBytes } from '@tallyman/sdk';

/** Where events go: the answer to a request. */
export interface EventTarget {
  /** Bytes that are written and not sent yet. */
  readonly writableLength: number;
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  write(bytes: Buffer): unknown;
}

/**
 * Server-sent events to one client. What the client has not taken is bounded: beyond it records are dropped and
 * counted, and the client is told as soon as it takes something again.
 */
export class EventStream {
  readonly #target: EventTarget;
  readonly #maxBytes: number;
  readonly #dropped: (records: number) => void;
  #untold = 0;

  /** `dropped` is told of every record that the client does not get. */
  constructor(target: EventTarget, maxBytes: number, dropped: (records: number) => void) {
    this.#target = target;
    this.#maxBytes = maxBytes;
    this.#dropped = dropped;
  }

  /** Sends a state, or leaves it out where the client is behind: the next is as good. */
  state(json: string): void {
    const bytes = Buffer.from(`event: state\ndata: ${json}\n\n`);
    if (this.#isIdle || this.#fits(bytes.length)) this.#write(bytes);
  }

  records(records: readonly ContainerRecord[]): void {
    const bytes = new JsonBytes();
    for (const record of records) if (!this.#append(record, bytes)) this.#drop();
    this.#send(bytes);
  }

  /** The client has taken something: tells it of what it did not get. */
  drained(): void {
    const bytes = new JsonBytes();
    this.#tell(bytes);
    this.#send(bytes);
  }

  /** A sign of life, which clients leave out. */
  heartbeat(): void {
    const bytes = Buffer.from(': \n\n');
    if (this.#fits(bytes.length)) this.#write(bytes);
  }

  #append(record: ContainerRecord, bytes: JsonBytes): boolean {
    const { length } = bytes;
    const isAlone = length === 0 && this.#isIdle;
    if (!isAlone && !this.#fits(length)) return false;
    const untold = this.#untold;
    this.#tell(bytes);
    bytes.ascii('event: record\ndata: ');
    encodeRecord(record, bytes);
    bytes.ascii('\n\n');
    if (isAlone || this.#fits(bytes.length)) return true;
    bytes.truncate(length);
    this.#untold = untold;
    return false;
  }

  #drop(): void {
    this.#untold += 1;
    this.#dropped(1);
  }

  #tell(bytes: JsonBytes): void {
    if (this.#untold === 0) return;
    bytes.ascii(`event: dropped\ndata: {"count":${this.#untold}}\n\n`);
    this.#untold = 0;
  }

  /** The client has taken everything: then one event may be larger than the bound. */
  get #isIdle(): boolean {
    return this.#target.writableLength === 0;
  }

  #fits(bytes: number): boolean {
    return this.#target.writableLength + bytes <= this.#maxBytes;
  }

  #send(bytes: JsonBytes): void {
    if (bytes.length > 0) this.#write(bytes.view());
  }

  #write(bytes: Buffer): void {
    const { destroyed, writableEnded } = this.#target;
    if (!destroyed && !writableEnded) this.#target.write(bytes);
  }
}
