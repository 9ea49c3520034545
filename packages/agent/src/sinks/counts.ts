/** What sinks count of their own, by sink and counter. */
export class SinkCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  add(sink: string, counter: string, amount: number): void {
    const own = this.#counts.get(sink) ?? new Map<string, number>();
    own.set(counter, (own.get(counter) ?? 0) + amount);
    this.#counts.set(sink, own);
  }

  /** By sink; only sinks that counted something. */
  snapshot(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    return Object.fromEntries(
      [...this.#counts].map(([sink, own]) => [sink, Object.fromEntries(own)]),
    );
  }
}
