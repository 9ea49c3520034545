import {
  type ContainerRecord,
  type JsonBytes,
  permanent,
  type RecordKind,
  type RecordList,
} from '@tallyman/sdk';
import type { Format } from '../format/format.ts';
import type { Tokens } from '../tokens.ts';

/** Longest line, with token and newline: what the service's own clients hold to. */
export const maxLineBytes = 65_536;

const newline = 0x0a;
const tokenBytes = 36;
/** Longest event: what token, blank and newline leave. */
export const maxEventBytes = maxLineBytes - tokenBytes - 2;

/** Writes records as the lines of the protocol: `TOKEN EVENT\n`. */
export class Framer {
  readonly #format: Format;
  readonly #heads = new Map<RecordKind, Buffer>();

  constructor(format: Format, tokens: Tokens) {
    this.#format = format;
    for (const kind of ['log', 'stat', 'event'] as const) {
      const token = tokens[kind];
      if (token) this.#heads.set(kind, Buffer.from(`${token.reveal()} `));
    }
  }

  /** Throws where there is no token for a record of the batch: it could only be lost. */
  check(records: RecordList): void {
    if (this.#heads.size === 3) return;
    for (const { kind } of records)
      if (!this.#heads.has(kind))
        throw permanent(`writing ${kind}s: the sink has no token for them`);
  }

  /** Writes one record: one line, or several where one would be too long. */
  write(record: ContainerRecord, lines: JsonBytes): void {
    const head = this.#heads.get(record.kind) ?? nothing;
    const start = lines.length;
    lines.raw(head);
    this.#format.write(record, lines);
    lines.byte(newline);
    if (lines.length - start <= maxLineBytes) return;

    lines.truncate(start);
    for (const piece of this.#format.pieces(record, maxEventBytes)) {
      lines.raw(head);
      lines.text(piece);
      lines.byte(newline);
    }
  }
}

const nothing = Buffer.alloc(0);
