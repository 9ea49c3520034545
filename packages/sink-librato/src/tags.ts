import type { ContainerStat } from '@tallyman/sdk';
import type { TagName } from './options.ts';
import { tagName, tagValue } from './sanitise.ts';

export type Tags = Readonly<Record<string, string>>;

const mostTags = 50;
const shortIdLength = 12;

/**
 * The tags of a sample's points: valid, at most fifty, at least one. What is given first and what the agent knows
 * go before fields and labels.
 */
export function tagsOf(stat: ContainerStat, chosen: readonly TagName[], first: Tags = {}): Tags {
  const tags = new Map<string, string>();
  const put = (key: string, text: string | undefined) => {
    const [name, value] = [tagName(key), tagValue(text ?? '')];
    if (name === '' || value === '' || tags.has(name) || tags.size >= mostTags) return;
    tags.set(name, value);
  };
  for (const [key, text] of Object.entries(first)) put(key, text);
  for (const name of chosen)
    if (name !== 'fields' && name !== 'labels') put(name, facts[name](stat));
  if (chosen.includes('fields'))
    for (const [key, text] of Object.entries(stat.fields)) put(key, text);
  if (chosen.includes('labels'))
    for (const [key, text] of Object.entries(stat.container.labels ?? {})) put(key, text);
  // A measurement without tags is refused.
  if (tags.size === 0) tags.set('host', tagValue(stat.host) || 'unknown');
  return Object.fromEntries(tags);
}

type Fact = Exclude<TagName, 'fields' | 'labels'>;

const facts: Readonly<Record<Fact, (stat: ContainerStat) => string | undefined>> = {
  host: ({ host }) => host,
  container: ({ container }) => container.name,
  container_id: ({ container }) => container.id.slice(0, shortIdLength),
  image: ({ container }) => container.image,
  compose_project: ({ container }) => container.compose?.project,
  compose_service: ({ container }) => container.compose?.service,
  swarm_service: ({ container }) => container.swarm?.service,
  swarm_node: ({ container }) => container.swarm?.node,
};
