/** One event of a stream (WHATWG HTML, server-sent events). */
export interface ServerEvent {
  /** `message` where the stream does not say. */
  readonly name: string;
  readonly data: string;
}

// A state of ten thousand containers is a tenth of it, a record of the longest line that may be configured, too.
const defaultLimitBytes = 64 * 1024 * 1024;

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/** Takes a stream's bytes as they come, cut anywhere, and gives its events. */
export class ServerEventDecoder {
  readonly #limitBytes: number;
  readonly #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #eventBytes = 0;
  #name = '';
  #data: string[] = [];

  constructor(limitBytes = defaultLimitBytes) {
    this.#limitBytes = limitBytes;
  }

  /** The events that are complete with these bytes. Throws where one is larger than the limit. */
  take(bytes: Buffer): readonly ServerEvent[] {
    const events: ServerEvent[] = [];
    let from = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, from)) {
      const event = this.#line(this.#lineEndingWith(bytes.subarray(from, end)));
      if (event !== undefined) events.push(event);
      from = end + 1;
    }
    this.#keep(bytes.subarray(from));
    return events;
  }

  #lineEndingWith(bytes: Buffer): string {
    this.#keep(bytes);
    const line = Buffer.concat(this.#pieces.splice(0), this.#pieceBytes);
    this.#pieceBytes = 0;
    return line.toString('utf8', 0, line.at(-1) === carriageReturn ? line.length - 1 : line.length);
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#pieceBytes += bytes.length;
    this.#eventBytes += bytes.length;
    if (this.#eventBytes > this.#limitBytes)
      throw new Error(`an event of the stream is larger than ${this.#limitBytes} bytes`);
  }

  #line(line: string): ServerEvent | undefined {
    if (line === '') return this.#complete();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
    // Comments (an empty field), which are heartbeats, and what later versions may add.
    else if (this.#data.length === 0) this.#eventBytes = 0;
    return undefined;
  }

  #complete(): ServerEvent | undefined {
    const event = { name: this.#name || 'message', data: this.#data.join('\n') };
    const hasData = this.#data.length > 0;
    this.#name = '';
    this.#data = [];
    this.#eventBytes = 0;
    return hasData ? event : undefined;
  }
}
