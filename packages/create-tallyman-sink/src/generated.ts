import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allKinds, type Choices } from './choices.ts';
import { manifestOf } from './manifest.ts';
import { filledIn } from './template.ts';
import { version } from './version.ts';

const templates = fileURLToPath(new URL('../templates', import.meta.url));

/** The files of a package, by their paths in it, in the order in which they are read best. */
export function generated(choices: Choices): ReadonlyMap<string, string> {
  const { destination, language } = choices;
  const layers = ['all', language, destination, `${destination}-${language}`];
  const conditions = conditionsOf(choices);
  const values = valuesOf(choices);
  const files = layers.flatMap((layer) => {
    const folder = join(templates, layer);
    return globSync('**/*.*', { cwd: folder }).map((path): readonly [string, string] => [
      // npm leaves files of that name out of what it packs.
      path === 'dot.gitignore' ? '.gitignore' : path,
      filledIn(readFileSync(join(folder, path), 'utf8'), conditions, values),
    ]);
  });
  const [major, minor] = version.split('.');
  const manifest = manifestOf(choices, `${major}.${minor}.0`);
  return new Map([['package.json', manifest] as const, ...files.sort(byPath)]);
}

/** What holds where a template asks. */
function conditionsOf({ destination, language, token, kinds }: Choices): ReadonlySet<string> {
  const conditions = new Set<string>([language, destination]);
  if (token !== 'none') conditions.add('token');
  if (kinds.length > 1) conditions.add('several');
  return conditions;
}

/** What stands in the templates, and for what. */
function valuesOf({ packageName, type, kinds, token, language }: Choices): Record<string, string> {
  const plural = kinds.map((kind) => `${kind}s`);
  return {
    'tallyman-sink-example-name': packageName,
    'example-name': type,
    [`[${allKinds.map((kind) => `'${kind}'`).join(', ')}]`]: `[${kinds.map((kind) => `'${kind}'`).join(', ')}]`,
    "token: 'optional'": `token: '${token}'`,
    'logs, stats and events': plural.join(', ').replace(/, (\w+)$/, ' and $1'),
    'is optional': token === 'required' ? 'is required' : 'is optional',
    ...(language === 'typescript' ? { '../src/index.js': '../dist/index.js' } : {}),
  };
}

function byPath([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
