import type { Finding } from './finding.ts';

type Group = Omit<Finding, 'where' | 'severity' | 'todo'> & {
  readonly severity: 'problem' | 'warning';
  readonly todo: string;
};

/** One finding for all that the same is to be said of: a host has hundreds of containers, made alike. */
export function grouped<T>(
  found: readonly T[],
  { where, finding }: { readonly where: (one: T) => string; readonly finding: (one: T) => Group },
): readonly Finding[] {
  const groups = new Map<string, { readonly group: Group; readonly where: string[] }>();
  for (const one of found) {
    const group = finding(one);
    const key = JSON.stringify([group.code, group.what, group.todo]);
    const known = groups.get(key) ?? { group, where: [] };
    known.where.push(where(one));
    groups.set(key, known);
  }
  return [...groups.values()].map((each) => ({ ...each.group, where: each.where }));
}
