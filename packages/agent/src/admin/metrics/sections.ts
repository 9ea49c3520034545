import type { MetricDefinition } from './definition.ts';
import { ofAgent } from './of-agent.ts';
import { ofCollectors } from './of-collectors.ts';
import { ofEndpoint } from './of-endpoint.ts';
import { ofProcess } from './of-process.ts';
import { ofSinks } from './of-sinks.ts';

/** Definitions under one heading of the reference. */
export interface MetricSection {
  readonly title: string;
  readonly metrics: readonly MetricDefinition[];
}

/** Every metric there is. None has a series for each container: there may be any number of these. */
export const metricSections: readonly MetricSection[] = [
  { title: 'The agent', metrics: ofAgent },
  { title: 'What is collected', metrics: ofCollectors },
  { title: 'The sinks', metrics: ofSinks },
  { title: 'The endpoint itself', metrics: ofEndpoint },
  { title: 'The process', metrics: ofProcess },
];
