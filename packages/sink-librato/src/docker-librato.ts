import type { ContainerIdentity, ContainerStat } from '@tallyman/sdk';
import { type Figure, logFigures } from './figures.ts';
import type { Naming } from './naming.ts';
import { metricName, sourceName } from './sanitise.ts';

/**
 * The names, gauges and source of octoblu/docker-librato 1.2.5 (index.js), with its quirks where charts rely on
 * them. It had network metrics in its code, but no engine since API 1.21 made it send them: they are left out.
 * The counts of log lines are new, under names in its manner.
 */
export const dockerLibrato: Naming = {
  stat: gauges,
  logs: (counts) => logFigures(counts).map(inItsManner),
  name: ({ name }) => metricName(`docker-container-${name}`),
  source: ({ host, fields, container }) =>
    sourceName(container === undefined ? host : sourceOf(container, fields.cluster)),
  attributes: 'none',
  sourceTag: 'sent',
};

function gauges({ cpu, memory }: ContainerStat): readonly Figure[] {
  const values = [
    ['pcpu', cpu.percent],
    ['memory', memory.rssBytes],
    ['memory_usage', memory.usageBytes],
    ['memory_limit', memory.limitBytes],
    ['memory_cached', memory.cacheBytes],
  ] as const;
  return values.flatMap(([name, value]): Figure[] =>
    value === undefined ? [] : [{ name, value, kind: 'level' }],
  );
}

function inItsManner(figure: Figure): Figure {
  return {
    ...figure,
    name: figure.name.replace('logs.matches.', 'log_matches_').replace('logs.', 'log_'),
  };
}

/**
 * `CLUSTER:image:name`, where the image is what lies behind its first slash: nothing for `nginx:1.27`, `b:c` for
 * `a/b:c`, and for `reg/a/b:c` the parts with a comma between, which becomes `_` as the service takes no commas.
 * Without a cluster: the name alone, as before version 1.1.0.
 */
function sourceOf({ image, name }: ContainerIdentity, cluster: string | undefined): string {
  if (cluster === undefined || cluster === '') return name;
  const [reference = ''] = image.split('@');
  return `${cluster}:${reference.split('/').slice(1).join(',')}:${name}`;
}
