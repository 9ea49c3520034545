import { type Amount, amountOf } from './aggregates.ts';
import { type JudgedPoint, type Judging, mostItems, present } from './points.ts';
import { attributesOf, isAbsent, nameOf, numberOf, periodOf, sourceOf, timeOf } from './rules.ts';
import { type Fields, isFields, Violation } from './violation.ts';

type MetricType = 'gauge' | 'counter';

// Enough for any test; the service has no documented limit.
const mostNames = 100_000;

/** 1.2: the type that a metric was created with sticks to its name. Names are case-insensitive (1.4). */
export class MetricTypes {
  readonly #types = new Map<string, MetricType>();

  /** Remembers the types of points that were accepted. */
  learn(points: readonly JudgedPoint[]): void {
    for (const { name, type } of points)
      if (this.#types.size < mostNames) this.#types.set(name.toLowerCase(), type);
  }

  check(points: readonly JudgedPoint[]): void {
    const inRequest = new Map<string, MetricType>();
    for (const { name, type } of points) {
      const key = name.toLowerCase();
      const known = this.#types.get(key) ?? inRequest.get(key) ?? type;
      if (known !== type)
        throw new Violation('type', `'${name}' is a ${known}, but was submitted as different type`);
      inRequest.set(key, type);
    }
  }
}

/** The body of `POST /v1/metrics` (1.2). All or nothing: the first violation refuses it. */
export function judgeMetrics(body: unknown, judging: Judging): readonly JudgedPoint[] {
  if (!isFields(body)) throw new Violation('request', 'is not an object');
  const items = [
    ...itemsOf(body.gauges, 'gauges').map((item) => ({ item, type: 'gauge' as const })),
    ...itemsOf(body.counters, 'counters').map((item) => ({ item, type: 'counter' as const })),
  ];
  // 1.2: at least one gauge or counter.
  if (items.length === 0) throw new Violation('gauges', 'is not present');
  if (items.length > mostItems) throw new Violation('gauges', `has more than ${mostItems}`);
  const shared = {
    time: timeOf('measure_time', body.measure_time, judging.oldest),
    source: sourceOf(body.source),
    period: periodOf(body.period),
  };
  attributesOf(body.attributes);
  return items.map(({ item, type }) => pointOf(item, type, shared, judging));
}

interface Shared {
  readonly time: number | undefined;
  readonly source: string | undefined;
  readonly period: number | undefined;
}

/** 1.2: an array, an object keyed by name, or one keyed `"0"`, `"1"`, … with the names inside. */
function itemsOf(list: unknown, param: string): readonly Fields[] {
  if (isAbsent(list)) return [];
  const items: readonly unknown[] = Array.isArray(list)
    ? list
    : Object.entries(isFields(list) ? list : {}).map(([key, item]) =>
        isFields(item) ? { name: key, ...item } : item,
      );
  return items.map((item) => {
    if (!isFields(item)) throw new Violation(param, 'is not an object');
    return item;
  });
}

function pointOf(
  item: Fields,
  type: MetricType,
  shared: Shared,
  { now, oldest }: Judging,
): JudgedPoint {
  const name = nameOf(item.name);
  const time = timeOf('measure_time', item.measure_time, oldest) ?? shared.time;
  return {
    api: 'metrics',
    type,
    name,
    time: time ?? now,
    timeSent: time === undefined ? 'no' : 'yes',
    ...(type === 'gauge' ? amountOf(item, name, 'metrics') : counterOf(item)),
    ...present('source', sourceOf(item.source) ?? shared.source),
    ...present('period', periodOf(item.period) ?? shared.period),
    ...present('attributes', attributesOf(item.attributes)),
  };
}

/** 1.2: a counter is one absolute value. */
function counterOf(item: Fields): Amount {
  if (isAbsent(item.value)) throw new Violation('value', 'is not present');
  return { value: numberOf('value', item.value) };
}
