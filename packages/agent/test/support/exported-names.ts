import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `type`: there for the compiler only. */
export type ExportKind = 'value' | 'type';

const fromList = /^export (type )?\{([^}]*)\}/gm;
const fromAll = /^export (type )?\* from '(.+)';/gm;
const declared =
  /^export (?:declare )?(?:async )?(?:abstract )?(const|function|class|interface|type) (\w+)/gm;

/** What a module of ours exports, by name: read from its source, as types leave no trace at run time. */
export function exportedNames(file: string): ReadonlyMap<string, ExportKind> {
  const source = readFileSync(file, 'utf8');
  const names = new Map<string, ExportKind>();
  for (const [, type, list = ''] of source.matchAll(fromList))
    for (const each of list
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean)) {
      const isType = type !== undefined || each.startsWith('type ');
      names.set(each.replace(/^type /, '').replace(/^.* as /, ''), isType ? 'type' : 'value');
    }
  for (const [, what, name = ''] of source.matchAll(declared))
    names.set(name, what === 'interface' || what === 'type' ? 'type' : 'value');
  for (const [, type, from = ''] of source.matchAll(fromAll))
    for (const [name, kind] of exportedNames(join(dirname(file), from)))
      names.set(name, type === undefined ? kind : 'type');
  return names;
}
