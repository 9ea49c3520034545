import type { Batch, ContainerEvent, ContainerStat } from '@tallyman/sdk';
import type { Figure } from './figures.ts';
import { attributesOf, type Point } from './point.ts';
import type { SampleHistory } from './sample-history.ts';
import { pointValue } from './sanitise.ts';
import type { LibratoSettings } from './settings.ts';
import { tagsOf } from './tags.ts';

/** What is to be sent of a batch. Indexes are positions in it. */
export interface Plan {
  readonly points: readonly Point[];
  readonly events: readonly { readonly record: number; readonly event: ContainerEvent }[];
  /** Too old for the service. */
  readonly expired: readonly number[];
  /** Without a time that can be read. */
  readonly timeless: readonly number[];
}

export interface PlanContext {
  readonly settings: LibratoSettings;
  readonly history: SampleHistory;
  readonly nowMs: number;
  /** Whether there is a token with which log counts can be sent. */
  readonly logCounts: 'sent' | 'none';
}

type Indexed = { readonly record: number; readonly stat: ContainerStat };

/** Decides what becomes of each record, before anything is sent. */
export function planOf(
  { records }: Pick<Batch<ContainerStat | ContainerEvent>, 'records'>,
  context: PlanContext,
): Plan {
  const events: Plan['events'][number][] = [];
  const fresh: Indexed[] = [];
  const expired: number[] = [];
  const timeless: number[] = [];
  for (const [record, item] of records.entries()) {
    const timeMs = Date.parse(item.time);
    if (!(timeMs >= 0)) timeless.push(record);
    else if (item.kind === 'event') events.push({ record, event: item });
    else {
      context.history.note(item);
      if (timeMs < context.nowMs - context.settings.maxAgeMs) expired.push(record);
      else fresh.push({ record, stat: item });
    }
  }
  const points = lastOfEachSlot(fresh, context.settings).flatMap((one) => pointsOf(one, context));
  return { points, events, expired, timeless };
}

/** Two samples of a container in one slot would be two points with one key; the later holds what came in both. */
function lastOfEachSlot(
  samples: readonly Indexed[],
  settings: LibratoSettings,
): readonly Indexed[] {
  const last = new Map<string, Indexed>();
  for (const sample of samples) {
    const key = `${sample.stat.container.id} ${slotSeconds(sample.stat, settings)}`;
    const other = last.get(key);
    if (other === undefined || other.stat.time <= sample.stat.time) last.set(key, sample);
  }
  return [...last.values()];
}

function pointsOf(
  { record, stat }: Indexed,
  { settings, history, logCounts }: PlanContext,
): Point[] {
  const { naming, tags, api } = settings;
  const { gains, logs } = history.window(stat);
  const source = naming.source(stat);
  const first = naming.sourceTag === 'sent' ? { source } : {};
  const shared = {
    record,
    timeSeconds: slotSeconds(stat, settings),
    source,
    tags: api === 'measurements' ? tagsOf(stat, tags, first) : {},
  };
  const point = (kind: Point['kind'], figure: Figure): Point[] => {
    const value = pointValue(figure.value);
    if (value === undefined) return [];
    const attributes = naming.attributes === 'sent' ? attributesOf(figure) : undefined;
    const described = attributes === undefined ? {} : { attributes };
    return [{ ...shared, kind, name: naming.name(figure), value, ...described }];
  };
  return [
    ...naming.stat(stat, gains).flatMap((figure) => point('stat', figure)),
    ...(logCounts === 'sent' ? naming.logs(logs).flatMap((figure) => point('log', figure)) : []),
  ];
}

function slotSeconds({ time }: ContainerStat, { periodSeconds }: LibratoSettings): number {
  return Math.floor(Date.parse(time) / 1_000 / periodSeconds) * periodSeconds;
}
