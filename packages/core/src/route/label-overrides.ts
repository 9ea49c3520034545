import type { RecordKind } from '@tallyman/sdk';
import type { Selectable } from './selector.ts';

const prefix = 'tallyman.';

/** What a container's own labels ask for. They only narrow. */
export interface LabelOverrides {
  readonly refused: ReadonlySet<RecordKind>;
  readonly isEnabled: boolean | undefined;
  /** Absent: every lane that matches anyway. */
  readonly sinks?: ReadonlySet<string>;
  /** Labels that begin with `tallyman.` and say nothing the agent understands. */
  readonly unknown: readonly string[];
}

const kindLabels: Readonly<Record<string, RecordKind>> = {
  logs: 'log',
  stats: 'stat',
  events: 'event',
};

/** The labels that mean something here, but for `tallyman.fields.KEY`. */
export const knownLabels: readonly string[] = [
  'enable',
  'sinks',
  'agent',
  ...Object.keys(kindLabels),
].map((key) => prefix + key);

/** Reads `tallyman.enable|logs|stats|events` and `tallyman.sinks`. */
export function overridesFrom(labels: Selectable['labels']): LabelOverrides {
  const refused = new Set<RecordKind>();
  const unknown: string[] = [];
  let isEnabled: boolean | undefined;
  let sinks: Set<string> | undefined;
  for (const [label, value] of Object.entries(labels)) {
    if (!label.startsWith(prefix)) continue;
    const key = label.slice(prefix.length);
    const kind = kindLabels[key];
    const isTrue = booleanFrom(value);
    if (key === 'sinks') sinks = new Set(value.split(',').map((name) => name.trim()));
    else if (key === 'agent' || key.startsWith('fields.')) continue;
    else if (isTrue === undefined || (key !== 'enable' && kind === undefined))
      unknown.push(`${label}=${value}`);
    else if (kind === undefined) isEnabled = isTrue;
    else if (!isTrue) refused.add(kind);
  }
  return { refused, isEnabled, unknown, ...(sinks ? { sinks } : {}) };
}

function booleanFrom(text: string): boolean | undefined {
  if (/^(true|yes|on|1)$/i.test(text.trim())) return true;
  return /^(false|no|off|0)$/i.test(text.trim()) ? false : undefined;
}

/** Nothing asked for. */
export const noOverrides: LabelOverrides = {
  refused: new Set(),
  isEnabled: undefined,
  unknown: [],
};
