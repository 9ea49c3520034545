import type { MetricDefinition } from '../admin/metrics/definition.ts';
import { metricSections } from '../admin/metrics/sections.ts';
import { alignedTable } from './table.ts';

/** The reference page of the metrics, from their definitions. Ends with a newline. */
export function metricsPage(): string {
  const sections = metricSections.map(
    ({ title, metrics }) =>
      `## ${title}\n\n${alignedTable([['metric', 'type', 'labels', ''], ...metrics.map(row)])}\n`,
  );
  return `<!-- Written by \`pnpm reference\` from the definitions. Change packages/agent/src/admin/metrics instead. -->

# The metrics

What \`GET /metrics\` of the admin endpoint answers, in the text format of Prometheus. [Operate](../guides/operate.md) shows how to scrape it, and alerts worth having.

A metric of a sink has a series for each sink of the configuration, and for each value of its other labels. None has a series for each container: there may be any number of these, and [the state](../guides/operate.md#the-state) has their figures. Counters begin at 0 with the process.

${sections.join('\n')}`;
}

function row({ name, type, labels, help }: MetricDefinition): readonly string[] {
  return [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help];
}
