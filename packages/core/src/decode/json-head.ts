import type { ContainerLog, JsonTarget } from '@tallyman/sdk';
import { secondText } from './instant.ts';
import type { Line } from './lines.ts';

/** What of a record its head says. */
type Named = Pick<Line, 'seconds' | 'nanos' | 'ordinal'> & Pick<ContainerLog, 'id' | 'time'>;

const zero = 0x30;
const secondDigits = 10;
const nanosLength = 9;

/**
 * The JSON of a stream's records up to the message: `{"kind":"log","id":…,"time":…` and what they share. Kept
 * ready as bytes, in which only the digits of the time change from one line to the next.
 */
export class JsonHead {
  readonly #shared: Buffer;
  readonly #bytes: Buffer;
  readonly #idSeconds: number;
  readonly #timeSeconds: number;
  #seconds = Number.NaN;

  constructor(idPrefix: string, shared: Buffer) {
    this.#shared = shared;
    const id = `{"kind":"log","id":"${idPrefix}`;
    const [epoch, time] = [
      '0'.repeat(secondDigits + nanosLength),
      '0000-00-00T00:00:00.000000000Z',
    ];
    const own = Buffer.from(`${id}${epoch}:0","time":"${time}"`);
    this.#bytes = Buffer.concat([own, shared]);
    this.#idSeconds = Buffer.byteLength(id);
    this.#timeSeconds = own.length - time.length - 1;
  }

  write(line: Named, target: JsonTarget): void {
    if (line.ordinal !== 0 || !(line.seconds === this.#seconds || this.#setSeconds(line.seconds))) {
      this.#writeUnusual(line, target);
      return;
    }
    const fraction = this.#timeSeconds + 20;
    const bytes = this.#bytes;
    let rest = line.nanos;
    for (let at = nanosLength - 1; at >= 0; at--) {
      const next = Math.trunc(rest / 10);
      const digit = zero + rest - next * 10;
      bytes[this.#idSeconds + secondDigits + at] = digit;
      bytes[fraction + at] = digit;
      rest = next;
    }
    target.raw(bytes);
  }

  /** False where the seconds since the epoch have not ten digits: before 2001-09-09, or after 2286-11-20. */
  #setSeconds(seconds: number): boolean {
    const digits = String(seconds);
    if (digits.length !== secondDigits) return false;
    this.#bytes.write(digits, this.#idSeconds, 'latin1');
    this.#bytes.write(secondText(seconds), this.#timeSeconds, 'latin1');
    this.#seconds = seconds;
    return true;
  }

  #writeUnusual({ id, time }: Named, target: JsonTarget): void {
    target.ascii(`{"kind":"log","id":"${id}","time":"${time}"`);
    target.raw(this.#shared);
  }
}
