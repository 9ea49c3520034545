import { alignedTable } from './table.ts';

/** What each label of a container means to the agent; `KEY` stands for any. */
export const containerLabels: Readonly<Record<string, readonly [value: string, meaning: string]>> =
  {
    'tallyman.enable': [
      'false',
      'nothing of this container; with `select.mode: labelled`, `true` is what selects it',
    ],
    'tallyman.logs': ['false', 'no logs of it'],
    'tallyman.stats': ['false', 'no stats of it'],
    'tallyman.events': ['false', 'no events of it'],
    'tallyman.sinks': ['a,b', 'only to these sinks, of those that match anyway'],
    'tallyman.fields.KEY': ['VALUE', 'a field on its records; `fields` in the file wins'],
    'tallyman.agent': ['true', 'this is an agent: no logs, no events'],
  };

export function containerLabelTable(): string {
  const rows = Object.entries(containerLabels).map(([label, [value, meaning]]) => [
    `\`${label}=${value}\``,
    meaning,
  ]);
  return alignedTable([['label', ''], ...rows]);
}
