import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Registry } from 'prom-client';
import type { MetricDefinition, MetricFacts } from './definition.ts';
import { metricSections } from './sections.ts';

// Looked at more often, this would cost an idle agent something.
const resolutionMs = 50;

/** The metrics, as Prometheus takes them. From the first scrape on, the event loop is watched. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #metrics = metricSections.flatMap(({ metrics }) =>
    metrics.map((definition) => ({ definition, metric: registered(definition, this.#registry) })),
  );
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });

  constructor() {
    this.#delay.enable();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text of a scrape. */
  text(facts: Omit<MetricFacts, 'runtime'>): Promise<string> {
    const all = { ...facts, runtime: this.#runtime() };
    for (const { definition, metric } of this.#metrics) {
      metric.reset();
      for (const { labels, value } of definition.samples(all)) metric.inc(labels, value);
    }
    return this.#registry.metrics();
  }

  #runtime(): MetricFacts['runtime'] {
    const { heapUsed, external } = process.memoryUsage();
    // What is measured is the time between two timers, of which so much was meant.
    const late = (nanos: number) => Math.max(0, nanos / 1e9 - resolutionMs / 1_000);
    const delaySeconds = {
      '0.5': late(this.#delay.percentile(50)),
      '0.99': late(this.#delay.percentile(99)),
      '1': late(this.#delay.max),
    };
    this.#delay.reset();
    return { heapUsedBytes: heapUsed, externalBytes: external, delaySeconds };
  }
}

function registered(
  { name, type, help, labels }: MetricDefinition,
  registry: Registry,
): Counter | Gauge {
  const settings = { name, help, labelNames: [...labels], registers: [registry] };
  return type === 'counter' ? new Counter(settings) : new Gauge(settings);
}
