import type { Point } from './point.ts';
import type { LibratoSettings } from './settings.ts';

type Form = Pick<LibratoSettings, 'api' | 'periodSeconds'>;

/** The body of a POST of points. A point's own tags replace shared ones, so each carries all of its own. */
export function payloadOf(points: readonly Point[], { api, periodSeconds }: Form): string {
  switch (api) {
    case 'measurements':
      return JSON.stringify({ period: periodSeconds, measurements: points.map(measurement) });
    case 'metrics':
      return JSON.stringify({ period: periodSeconds, gauges: points.map(gauge) });
  }
}

function measurement({ name, value, timeSeconds, tags, attributes }: Point): object {
  return { name, value, time: timeSeconds, tags, attributes };
}

function gauge({ name, value, timeSeconds, source, attributes }: Point): object {
  return { name, value, measure_time: timeSeconds, source, attributes };
}
