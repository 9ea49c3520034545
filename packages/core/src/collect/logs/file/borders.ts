import { localEntryLength, localLengthBytes } from '../../../decode/local-file.ts';
import type { LogSyntax } from '../../../decode/log-form.ts';

const newline = 0x0a;

/** Finds where entries end, in the bytes of a log file from its beginning on. */
export interface Borders {
  /** How many entries end in these bytes. With `most`: stops behind so many. `end`: where the last of them ends. */
  count(bytes: Buffer, most?: number): { readonly entries: number; readonly end: number };
}

export function bordersOf(syntax: LogSyntax): Borders {
  return syntax === 'local' ? new LocalBorders() : new LineBorders();
}

class LineBorders implements Borders {
  count(bytes: Buffer, most = Number.POSITIVE_INFINITY): { entries: number; end: number } {
    let [entries, end] = [0, 0];
    while (entries < most) {
      const at = bytes.indexOf(newline, end);
      if (at < 0) break;
      entries++;
      end = at + 1;
    }
    return { entries, end };
  }
}

class LocalBorders implements Borders {
  readonly #length = Buffer.alloc(localLengthBytes);
  #known = 0;
  /** What is left of the entry that has begun, once its length is known. */
  #rest = 0;

  count(bytes: Buffer, most = Number.POSITIVE_INFINITY): { entries: number; end: number } {
    let [entries, end] = [0, 0];
    for (let at = 0; at < bytes.length && entries < most; ) {
      if (this.#rest === 0) {
        this.#length[this.#known++] = bytes[at++] as number;
        if (this.#known < localLengthBytes) continue;
        this.#rest = localEntryLength(this.#length, 0) + localLengthBytes;
        this.#known = 0;
      }
      const taken = Math.min(this.#rest, bytes.length - at);
      at += taken;
      this.#rest -= taken;
      if (this.#rest > 0) continue;
      entries++;
      end = at;
    }
    return { entries, end };
  }
}
