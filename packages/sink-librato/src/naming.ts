import type { ContainerRecord, ContainerStat, LogCounts } from '@tallyman/sdk';
import { dockerLibrato } from './docker-librato.ts';
import { amountFigures, type Figure, type Gains, levelFigures, logFigures } from './figures.ts';
import type { LibratoOptions } from './options.ts';
import { metricName, sourceName } from './sanitise.ts';

/** What is sent of a sample, and under which names. */
export interface Naming {
  stat(stat: ContainerStat, gains: Gains): readonly Figure[];
  logs(counts: LogCounts): readonly Figure[];
  /** A valid name. */
  name(figure: Figure): string;
  /** A valid source. */
  source(record: Pick<ContainerRecord, 'host' | 'fields' | 'container'>): string;
  /** Whether a metric is described to the service when it first sees it. */
  readonly attributes: 'sent' | 'none';
  /** Whether the source is a tag too, where there are tags. */
  readonly sourceTag: 'sent' | 'none';
}

export function namingFor({ naming, prefix }: LibratoOptions): Naming {
  switch (naming) {
    case 'docker-librato':
      return dockerLibrato;
    case 'default':
      return defaultNaming(prefix);
  }
}

function defaultNaming(prefix: string): Naming {
  const before = prefix === '' ? '' : `${prefix.replace(/\.+$/, '')}.`;
  return {
    stat: (stat, gains) => [...levelFigures(stat), ...amountFigures(gains)],
    logs: logFigures,
    name: ({ name }) => metricName(before + name),
    source: ({ host, container }) =>
      sourceName(container === undefined ? host : `${host}:${container.name}`),
    attributes: 'sent',
    sourceTag: 'none',
  };
}
