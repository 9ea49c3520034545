import type { HttpCounts, HttpStep, ReceivedRequest } from '../http/steps.ts';
import type { ReceiverOptions } from '../receiver.ts';

export interface LibratoToken {
  readonly token: string;
  /** With it: Basic `email:token`. Without: AppOptics, `token:` or `token:TOKEN`. */
  readonly email?: string;
  /** Default `recorder`. A `viewer` may not write. */
  readonly role?: 'admin' | 'recorder' | 'viewer';
  /** Default `active`. */
  readonly state?: 'active' | 'inactive';
  /** Whether the account has tag-based measurements. Default `enabled`. */
  readonly tags?: 'enabled' | 'disabled';
}

/** So many measurements in so many seconds; more are refused with a 429. */
export interface LibratoRate {
  readonly limit: number;
  readonly windowSeconds: number;
}

export interface LibratoOptions extends ReceiverOptions {
  readonly tokens: readonly LibratoToken[];
  /** Default `refused`, as the service does: everything is answered with a 403. */
  readonly plainHttp?: 'refused' | 'allowed';
  /** Which requests may be compressed. Default `measurements`: for the others nobody knows. */
  readonly gzip?: 'nowhere' | 'measurements' | 'everywhere';
  /** A point that is older is too far in the past. The service's own window is not known. Default 3 h. */
  readonly oldestSeconds?: number;
  /** One invalid measurement refuses its whole request (default), or is left out of it with a 2xx. Legacy is always `whole`. */
  readonly invalidMeasurements?: 'whole' | 'partial';
  /** What the rate-limit headers say of. Without it there are none. */
  readonly rateLimit?: {
    /** `X-Librato-RateLimit-Agg`: measurements with `attributes.aggregate`. */
    readonly agg?: LibratoRate;
    /** `X-Librato-RateLimit-Std`: the others. */
    readonly std?: LibratoRate;
  };
}

/**
 * `{ partial: [0, 3] }` accepts the request without those of its measurements, with a 2xx that says so;
 * `{ partial: { tag: 'container', values: ['web'] } }` without those that are tagged so, in any request.
 */
export type LibratoStep = HttpStep | LibratoPartialStep;

export interface LibratoPartialStep {
  readonly partial:
    | readonly number[]
    | { readonly tag: string; readonly values: readonly string[] };
}

/** One accepted measurement, as the service would keep it. */
export interface LibratoPoint {
  readonly api: 'measurements' | 'metrics';
  readonly token: string;
  readonly type: 'gauge' | 'counter';
  readonly name: string;
  /** Legacy only. */
  readonly source?: string;
  /** In lower case. Measurements only. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Seconds; that of receipt where none was sent. */
  readonly time: number;
  readonly timeSent: 'yes' | 'no';
  readonly period?: number;
  readonly value?: number;
  /** `count`, `sum`, `min`, `max`, `last`, `stddev`, `sum_squares`: those that were sent. */
  readonly aggregates?: Readonly<Record<string, number>>;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** The request that brought it. */
  readonly request: number;
}

export interface LibratoAnnotation {
  readonly token: string;
  readonly stream: string;
  readonly id: number;
  readonly title: string;
  readonly description?: string;
  readonly source?: string;
  readonly start_time: number;
  readonly end_time?: number;
  readonly links: readonly {
    readonly rel: string;
    readonly href: string;
    readonly label?: string;
  }[];
  readonly request: number;
}

/** A request, or with a 2xx a part of one, that was not accepted. */
export interface LibratoRefusal {
  readonly request: number;
  readonly path: string;
  readonly status: number;
  /** What the service would say, and of which parameter. */
  readonly param: string;
  readonly message: string;
}

export interface LibratoLedger {
  /** All of them, whatever became of them. */
  readonly requests: readonly ReceivedRequest[];
  readonly points: readonly LibratoPoint[];
  readonly annotations: readonly LibratoAnnotation[];
  readonly refusals: readonly LibratoRefusal[];
  /** The accepted POSTs of measurements: how many each carried. */
  readonly batches: readonly {
    readonly request: number;
    readonly api: LibratoPoint['api'];
    readonly measurements: number;
    readonly timeMs: number;
  }[];
}

export interface LibratoCounts extends HttpCounts {
  readonly points: number;
  readonly annotations: number;
  readonly refusals: number;
  /** Accepted, but more in one POST than clients send: 300 of the legacy API, 500 with tags. */
  readonly oversizedBatches: number;
}
