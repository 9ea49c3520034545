import type { RecordKind, SinkNeed } from '@tallyman/sdk';
import type { CollectSettings, Matcher, SelectSettings } from '../settings.ts';
import type { LanePort } from '../ship/lane-port.ts';
import { noOverrides, overridesFrom } from './label-overrides.ts';
import { type Selectable, type Selector, selectorOf } from './selector.ts';

/** What routing needs of a lane. */
export type RoutableLane = Pick<LanePort, 'name' | 'kinds'>;

/** Which lanes take a container's records, by kind, and why not. */
export interface Route<L extends RoutableLane = LanePort> {
  readonly lanes: Readonly<Record<RecordKind, readonly L[]>>;
  /** One sentence for each thing the container is not, or not wholly, collected for. */
  readonly reasons: readonly string[];
  /** Labels of the container that look like ours and mean nothing. */
  readonly unknownLabels: readonly string[];
}

/** A lane and what it takes. */
export interface RoutedLane<L extends RoutableLane = LanePort> {
  readonly lane: L;
  readonly include: readonly Matcher[];
  readonly exclude: readonly Matcher[];
}

export interface RouterSettings<L extends RoutableLane = LanePort> {
  readonly select: SelectSettings;
  readonly collect: Pick<CollectSettings, 'logs' | 'stats' | 'events' | 'labelOverrides'>;
  readonly lanes: readonly RoutedLane<L>[];
  readonly ownContainerId?: string;
}

const kinds: readonly RecordKind[] = ['log', 'stat', 'event'];
const plural = { log: 'logs', stat: 'stats', event: 'events' } as const;

/** Decides, once for each version of a container, where its records go. */
export class Router<L extends RoutableLane = LanePort> {
  readonly #settings: RouterSettings<L>;
  readonly #select: Selector;
  readonly #lanes: readonly { readonly lane: L; readonly matches: Selector }[];

  constructor(settings: RouterSettings<L>) {
    this.#settings = settings;
    this.#select = selectorOf(settings.select);
    this.#lanes = settings.lanes.map((routed) => ({
      lane: routed.lane,
      matches: selectorOf(routed),
    }));
  }

  routeOf(container: Selectable): Route<L> {
    const { labelOverrides } = this.#settings.collect;
    const overrides = labelOverrides ? overridesFrom(container.labels) : noOverrides;
    const unknownLabels = overrides.unknown;
    const refusal = this.#refusalOf(container, overrides.isEnabled);
    if (refusal !== undefined) return { lanes: nowhere, reasons: [refusal], unknownLabels };

    const reasons: string[] = [];
    const lanes: Record<RecordKind, L[]> = { log: [], stat: [], event: [] };
    const matching = this.#matchingLanes(container, overrides.sinks, reasons);
    for (const kind of kinds) {
      const why = this.#kindRefusal(container, kind, overrides.refused);
      if (why === undefined) lanes[kind] = matching.filter((lane) => lane.kinds.has(kind));
      else reasons.push(why);
    }
    return { lanes, reasons, unknownLabels };
  }

  #refusalOf(container: Selectable, isEnabled: boolean | undefined): string | undefined {
    const verdict = this.#select.verdict(container);
    if (!verdict.selected) return `not selected: ${verdict.why}`;
    if (isEnabled === false) return 'refused by its label tallyman.enable=false';
    if (this.#settings.select.mode === 'labelled' && isEnabled !== true)
      return 'not selected: select.mode is "labelled" and it has no label tallyman.enable=true';
    return undefined;
  }

  #kindRefusal(
    container: Selectable,
    kind: RecordKind,
    refused: ReadonlySet<RecordKind>,
  ): string | undefined {
    const name = plural[kind];
    if (!this.#settings.collect[name].enabled)
      return `no ${name}: collect.${name}.enabled is false`;
    if (refused.has(kind)) return `no ${name}: refused by its label tallyman.${name}=false`;
    if (kind !== 'stat' && this.#isOwn(container))
      return `no ${name}: it is the agent's own container`;
    return undefined;
  }

  // By id, not by HOSTNAME: that is whatever --hostname says.
  #isOwn({ id, labels }: Selectable): boolean {
    return id === this.#settings.ownContainerId || labels['tallyman.agent'] === 'true';
  }

  #matchingLanes(
    container: Selectable,
    sinks: ReadonlySet<string> | undefined,
    reasons: string[],
  ): readonly L[] {
    const matching: L[] = [];
    for (const { lane, matches } of this.#lanes) {
      const verdict = matches.verdict(container);
      if (!verdict.selected) reasons.push(`not to ${lane.name}: ${verdict.why}`);
      else if (sinks !== undefined && !sinks.has(lane.name))
        reasons.push(`not to ${lane.name}: its label tallyman.sinks names others`);
      else matching.push(lane);
    }
    return matching;
  }
}

const nowhere: Route<never>['lanes'] = { log: [], stat: [], event: [] };

/** Lanes apart by whether their sink needs something beyond the records. */
export function lanesNeeding(
  need: SinkNeed,
  lanes: readonly LanePort[],
): { readonly needing: readonly LanePort[]; readonly others: readonly LanePort[] } {
  const { needing = [], others = [] } = Object.groupBy(lanes, ({ needs }) =>
    needs.has(need) ? 'needing' : 'others',
  );
  return { needing, others };
}
