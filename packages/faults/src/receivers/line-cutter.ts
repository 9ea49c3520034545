const newline = 0x0a;

/** Cuts bytes into lines, decoded; what stands after the last newline waits for its own. */
export class LineCutter {
  #rest: Buffer[] = [];

  /** Hands over each line that the bytes complete, until `take` answers false; the rest is then thrown away. */
  cut(bytes: Buffer, take: (line: string) => boolean): void {
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf(newline, at);
      if (end === -1) {
        this.#rest.push(bytes.subarray(at));
        return;
      }
      const line = Buffer.concat([...this.#rest, bytes.subarray(at, end)]).toString('utf8');
      this.#rest = [];
      at = end + 1;
      if (!take(line)) return;
    }
  }
}
