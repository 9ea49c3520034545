import { amountOf } from './aggregates.ts';
import { type JudgedPoint, type Judging, mostItems, present } from './points.ts';
import { attributesOf, isAbsent, nameOf, periodOf, tagsOf, timeOf } from './rules.ts';
import { type Fields, isFields, judged, Violation } from './violation.ts';

/** The body of `POST /v1/measurements` (wire contract 1.3): what each of its items is, or does wrong. */
export function judgeMeasurements(
  body: unknown,
  judging: Judging,
): readonly (JudgedPoint | Violation)[] {
  if (!isFields(body)) throw new Violation('request', 'is not an object');
  const { measurements } = body;
  if (!Array.isArray(measurements) || measurements.length === 0)
    throw new Violation('measurements', 'is not present');
  if (measurements.length > mostItems)
    throw new Violation('measurements', `has more than ${mostItems}`);
  const shared = {
    tags: hasNone(body.tags) ? undefined : tagsOf(body.tags),
    time: timeOf('time', body.time, judging.oldest),
    period: periodOf(body.period),
  };
  return measurements.map((item) => judged(() => pointOf(item, shared, judging)));
}

function hasNone(tags: unknown): boolean {
  return isAbsent(tags) || (isFields(tags) && Object.keys(tags).length === 0);
}

interface Shared {
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly time: number | undefined;
  readonly period: number | undefined;
}

function pointOf(item: unknown, shared: Shared, { now, oldest }: Judging): JudgedPoint {
  if (!isFields(item)) throw new Violation('measurements', 'is not an object');
  const name = nameOf(item.name);
  const time = timeOf('time', item.time, oldest) ?? shared.time;
  return {
    api: 'measurements',
    // 1.2: there are no counters with tags.
    type: 'gauge',
    name,
    tags: ownTagsOf(item, shared),
    time: time ?? now,
    timeSent: time === undefined ? 'no' : 'yes',
    ...amountOf(item, name, 'measurements'),
    ...present('period', periodOf(item.period) ?? shared.period),
    ...present('attributes', attributesOf(item.attributes)),
  };
}

/** 1.3: a measurement's own tags replace the shared ones, they are never merged. */
function ownTagsOf(item: Fields, shared: Shared): Readonly<Record<string, string>> {
  return shared.tags && isAbsent(item.tags) ? shared.tags : tagsOf(item.tags ?? {});
}
