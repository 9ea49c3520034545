/** What the collectors count about themselves, so that silence is visible. */
const collectorCounters = [
  'log_lines',
  'log_reconnects',
  'log_gaps',
  'log_file_failures',
  'log_untimed_pieces',
  'log_repeats',
  'log_unread_containers',
  'stat_samples',
  'stat_failures',
  'events',
  'event_duplicates',
  'events_unreadable',
  'engine_outages',
] as const;

export type CollectorCounter = (typeof collectorCounters)[number];

/** Counts by name, from 0. */
export class Counters {
  readonly #counts = new Map<CollectorCounter, number>();

  add(counter: CollectorCounter, amount = 1): void {
    this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + amount);
  }

  snapshot(): Readonly<Record<CollectorCounter, number>> {
    const entries = collectorCounters.map((name) => [name, this.#counts.get(name) ?? 0]);
    return Object.fromEntries(entries);
  }
}
