export type Endpoint =
  | 'ping'
  | 'version'
  | 'info'
  | 'events'
  | 'list'
  | 'inspect'
  | 'logs'
  | 'attach'
  | 'stats';

/** What goes wrong with an answer. */
export type Fault = FaultScope &
  (
    | { readonly status: number; readonly message?: string }
    /**
     * Cut, or silent with the connection open; before any answer, or after so many bytes of the body. For `attach`
     * before any answer only: see `silence()` and `cutConnections()`.
     */
    | { readonly connection: 'reset' | 'hang'; readonly afterBytes?: number }
    | { readonly delayMs: number }
  );

interface FaultScope {
  /** How many requests it hits; 1 unless told. `Infinity` until `clearFaults()`. */
  readonly times?: number;
  /** Only requests for this container, by the reference in the path. */
  readonly container?: string;
}

/** The faults that wait for their requests, in the order they were set. */
export class FaultPlan {
  #waiting: { readonly endpoint: Endpoint; readonly fault: Fault; left: number }[] = [];

  add(endpoint: Endpoint, fault: Fault): void {
    this.#waiting.push({ endpoint, fault, left: fault.times ?? 1 });
  }

  take(endpoint: Endpoint, container: string | undefined): Fault | undefined {
    const hit = this.#waiting.find(
      (each) =>
        each.endpoint === endpoint &&
        (each.fault.container === undefined || each.fault.container === container),
    );
    if (!hit) return undefined;
    hit.left--;
    if (hit.left <= 0) this.#waiting = this.#waiting.filter((each) => each !== hit);
    return hit.fault;
  }

  clear(): void {
    this.#waiting = [];
  }
}
