import { knownLabels, overridesFrom } from '@tallyman/core';
import { nearest } from '../config/nearest.ts';
import type { Examined } from './examination.ts';
import type { Finding } from './finding.ts';
import type { SurveyedContainer } from './survey.ts';

/** What the labels of containers change, and which of them miss what they mean. */
export async function examineLabels({ survey, config }: Examined): Promise<readonly Finding[]> {
  const found = await survey;
  if (found.kind === 'unreached' || !config.collect.labelOverrides) return [];
  const sinks = config.sinks.map(({ name }) => name);
  return found.containers.flatMap((container) => [
    ...overriding(container),
    ...container.route.unknownLabels.map((label) => unknown(container, label)),
    ...sinkless(container, sinks),
  ]);
}

function overriding({ details, route }: SurveyedContainer): readonly Finding[] {
  const reasons = route.reasons.filter((reason) => reason.includes('its label tallyman.'));
  if (reasons.length === 0) return [];
  return [
    { code: 'label.overrides', severity: 'fine', where: [details.name], what: reasons.join('; ') },
  ];
}

/** `label`: with its value. */
function unknown({ details }: SurveyedContainer, label: string): Finding {
  const separator = label.indexOf('=');
  const [key, value] = [label.slice(0, separator), label.slice(separator + 1)];
  const meant = knownLabels.includes(key) ? key : nearest(key, knownLabels);
  const anew = (written: string) => `make the container anew with --label ${written}`;
  return {
    code: 'label.unknown',
    severity: 'warning',
    where: [details.name],
    what: `its label ${label} means nothing here`,
    todo:
      meant === key
        ? `${anew(`${key}=true`)} or ${key}=false`
        : meant === undefined
          ? `make the container anew without it; known are ${knownLabels.join(', ')}, tallyman.fields.KEY`
          : anew(`${meant}=${value}`),
  };
}

function sinkless({ details }: SurveyedContainer, sinks: readonly string[]): readonly Finding[] {
  const named = [...(overridesFrom(details.labels).sinks ?? [])];
  return named
    .filter((name) => !sinks.includes(name))
    .map((name) => {
      const meant = nearest(name, sinks);
      const right = named.map((one) => (one === name ? (meant ?? 'SINK') : one)).join(',');
      return {
        code: 'label.no_such_sink',
        severity: 'warning',
        where: [details.name],
        what: `its label tallyman.sinks names ${JSON.stringify(name)}, and there is no such sink`,
        todo: `make the container anew with --label tallyman.sinks=${right}; there are ${sinks.join(', ')}`,
      };
    });
}
