import type { JudgedPoint } from './points.ts';
import type { LibratoOptions, LibratoRate } from './types.ts';

type Limits = NonNullable<LibratoOptions['rateLimit']>;

/** How many measurements each window still takes. */
export class Rates {
  readonly #windows: readonly { readonly header: string; readonly window: Window }[];

  constructor(limits: Limits = {}) {
    const windows = [];
    // Wire contract 1.5, "Rate-limit headers".
    if (limits.agg)
      windows.push({
        header: 'X-Librato-RateLimit-Agg',
        window: new Window(limits.agg, 'aggregated'),
      });
    if (limits.std)
      windows.push({ header: 'X-Librato-RateLimit-Std', window: new Window(limits.std, 'single') });
    this.#windows = windows;
  }

  /** Whether all of them are within the limits; then they count. */
  take(points: readonly JudgedPoint[], now: number): boolean {
    if (!this.#windows.every(({ window }) => window.fits(points, now))) return false;
    for (const { window } of this.#windows) window.take(points, now);
    return true;
  }

  headers(now: number): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const { header, window } of this.#windows) headers[header] = window.state(now);
    return headers;
  }
}

class Window {
  readonly #rate: LibratoRate;
  readonly #kind: 'aggregated' | 'single';
  #used = 0;
  #reset = 0;

  constructor(rate: LibratoRate, kind: 'aggregated' | 'single') {
    this.#rate = rate;
    this.#kind = kind;
  }

  fits(points: readonly JudgedPoint[], now: number): boolean {
    this.#turn(now);
    return this.#used + this.#mine(points) <= this.#rate.limit;
  }

  take(points: readonly JudgedPoint[], now: number): void {
    this.#turn(now);
    this.#used += this.#mine(points);
  }

  /** 1.5: `reset` is in seconds since the epoch. */
  state(now: number): string {
    this.#turn(now);
    const { limit } = this.#rate;
    return `limit=${limit},remaining=${limit - this.#used},reset=${this.#reset}`;
  }

  #turn(now: number): void {
    if (now < this.#reset) return;
    this.#used = 0;
    this.#reset = now + this.#rate.windowSeconds;
  }

  #mine(points: readonly JudgedPoint[]): number {
    const aggregated = points.filter(({ attributes }) => attributes?.aggregate === true).length;
    return this.#kind === 'aggregated' ? aggregated : points.length - aggregated;
  }
}
