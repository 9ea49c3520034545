import { globOf } from '@tallyman/core';
import { counted } from './counted.ts';
import type { Examined } from './examination.ts';
import type { Finding } from './finding.ts';
import type { Surveyed, SurveyedContainer } from './survey.ts';

/** Whether what the configuration selects is there at the moment. */
export async function examineSelection({ survey, config }: Examined): Promise<readonly Finding[]> {
  const found = await survey;
  if (found.kind === 'unreached' || found.containers.length === 0) return [];
  const { containers } = found;
  if (containers.every(isNotSelected)) return [nothing(containers)];
  return [
    ...config.sinks
      .filter(({ name }) => !isReached(name, found))
      .map(({ name }) => unmatched(name)),
    ...config.collect.labels.filter((label) => !isCarried(label, containers)).map(unseen),
  ];
}

function isNotSelected({ route }: SurveyedContainer): boolean {
  return Object.values(route.lanes).every((lanes) => lanes.length === 0);
}

function isReached(sink: string, { containers }: Surveyed): boolean {
  return containers.some(({ route }) =>
    Object.values(route.lanes).some((lanes) => lanes.some(({ name }) => name === sink)),
  );
}

function isCarried(label: string, containers: readonly SurveyedContainer[]): boolean {
  const matches = globOf(label);
  return containers.some(({ details }) => Object.keys(details.labels).some(matches));
}

const shownReasons = 3;

function nothing(containers: readonly SurveyedContainer[]): Finding {
  const reasons = [...new Set(containers.flatMap(({ route }) => route.reasons))];
  return {
    code: 'config.nothing_selected',
    severity: 'warning',
    where: ['select', 'sinks'],
    what: `of ${counted(containers.length, 'container')} none is collected: ${reasons.slice(0, shownReasons).join('; ')}`,
    todo: 'correct what these reasons name; `tallyman check` says it of each container',
  };
}

function unmatched(name: string): Finding {
  return {
    code: 'config.sink_unmatched',
    severity: 'warning',
    where: [name],
    what: 'no container that is there at the moment is sent to this sink',
    todo: `correct sinks.${name}.match, or start the containers that it means; \`tallyman check\` says of each container why not`,
  };
}

function unseen(label: string): Finding {
  return {
    code: 'config.label_unseen',
    severity: 'warning',
    where: ['collect.labels'],
    what: `no container that is there at the moment has a label ${label}`,
    todo: `correct or remove ${label} in collect.labels; docker inspect --format '{{json .Config.Labels}}' CONTAINER shows those there are`,
  };
}
