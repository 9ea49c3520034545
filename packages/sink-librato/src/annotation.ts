import type { ContainerEvent } from '@tallyman/sdk';
import type { Naming } from './naming.ts';

/** An event as the service takes it. */
export interface Annotation {
  readonly title: string;
  readonly description: string;
  readonly source: string;
  /** Epoch seconds. */
  readonly start_time: number;
}

const longestTitle = 255;
const longestDescription = 1_000;
const shortIdLength = 12;

export function annotationFrom(event: ContainerEvent, naming: Pick<Naming, 'source'>): Annotation {
  const { action, container, host, exitCode, time } = event;
  const exit = exitCode === undefined ? '' : ` (exit code ${exitCode})`;
  return {
    title: `${container?.name ?? host}: ${action}${exit}`.slice(0, longestTitle),
    description: descriptionOf(event).slice(0, longestDescription),
    source: naming.source(event),
    start_time: Math.floor(Date.parse(time) / 1_000),
  };
}

const shownElsewhere = new Set(['name', 'image', 'exitCode']);

function descriptionOf({ host, container, attributes }: ContainerEvent): string {
  const facts: Record<string, string> = { host };
  if (container !== undefined) {
    facts.image = container.image;
    facts.id = container.id.slice(0, shortIdLength);
  }
  for (const [key, value] of Object.entries(attributes))
    if (!shownElsewhere.has(key)) facts[key] = value;
  return Object.entries(facts)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}
