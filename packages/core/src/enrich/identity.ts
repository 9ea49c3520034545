import type { ContainerIdentity } from '@tallyman/sdk';
import type { ContainerDetails } from '../decode/inspect.ts';
import { optional } from '../decode/json.ts';
import { type Glob, globOf } from '../route/glob.ts';

/** Chooses the labels that records carry. */
export type LabelChoice = (labels: Readonly<Record<string, string>>) => ContainerIdentity['labels'];

/** Compiles `collect.labels`: globs on label keys; none carries none. */
export function labelChoice(keyGlobs: readonly string[]): LabelChoice {
  const globs: readonly Glob[] = keyGlobs.map(globOf);
  if (globs.length === 0) return () => undefined;
  return (labels) => {
    const chosen = Object.entries(labels).filter(([key]) => globs.some((matches) => matches(key)));
    return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
  };
}

/** What records say of their container. */
export function identityOf(
  container: Pick<ContainerDetails, 'id' | 'name' | 'image' | 'imageId' | 'labels' | 'createdAt'>,
  choose: LabelChoice,
): ContainerIdentity {
  const { id, name, image, imageId, labels, createdAt } = container;
  return {
    id,
    name,
    image,
    ...optional({
      imageId,
      labels: choose(labels),
      createdAt,
      compose: composeOf(labels),
      swarm: swarmOf(labels),
    }),
  };
}

// Labels as docker/compose sets them (pkg/api/labels.go).
function composeOf(labels: Readonly<Record<string, string>>): ContainerIdentity['compose'] {
  const project = labels['com.docker.compose.project'];
  const service = labels['com.docker.compose.service'];
  if (project === undefined || service === undefined) return undefined;
  const number = Number(labels['com.docker.compose.container-number']);
  return { project, service, ...(Number.isInteger(number) ? { number } : {}) };
}

// Labels as the engine's swarm executor sets them (moby daemon/cluster/executor/container/container.go).
function swarmOf(labels: Readonly<Record<string, string>>): ContainerIdentity['swarm'] {
  const service = labels['com.docker.swarm.service.name'];
  const task = labels['com.docker.swarm.task.name'] ?? labels['com.docker.swarm.task.id'];
  const node = labels['com.docker.swarm.node.id'];
  return service === undefined || task === undefined || node === undefined
    ? undefined
    : { service, task, node };
}
