import { dirname } from 'node:path';
import { explain } from './explain.ts';
import { grammar } from './grammar.ts';
import { adminFrom } from './listen.ts';
import type { AdminConfig } from './model.ts';
import { Report } from './report.ts';
import { settledAs } from './settle.ts';
import { type Environment, lookupIn, sourceOf } from './source.ts';
import { documentOf } from './syntax.ts';
import { treeOf } from './tree.ts';
import { isMapping, typed } from './typed.ts';
import { unknownKeyWords } from './unknown-key.ts';
import { checkFor } from './validate.ts';

/**
 * Reads the `admin` section of a configuration file, for programs that talk to the agent. The rest may need
 * variables and sinks that only the agent has; nothing is said about it. Throws a `ConfigError`.
 */
export async function loadAdmin({
  path,
  text,
  env,
}: {
  readonly path: string;
  /** The file's content, where that is at hand. */
  readonly text?: string;
  readonly env: Environment;
}): Promise<AdminConfig> {
  const source = (text ?? (await sourceOf(path))).replace(/^\uFEFF/, '');
  const report = new Report(path, source);
  const document = documentOf(source, report);
  if (document === undefined) throw report.error();
  const tree = typed(grammar, treeOf(document, lookupIn(env, dirname(path)), report), '', report);
  const section = (isMapping(tree) ? tree.admin : undefined) ?? {};
  const schema = grammar.properties.admin;
  explain(checkFor(schema, 'own')(section), {
    base: '/admin',
    report,
    unknownKey: (key, holder, known) =>
      unknownKeyWords(key, { holder, known, optionNames: () => [] }),
  });
  report.throwIfAny('/admin');
  const admin = adminFrom(settledAs(schema, section), report);
  report.throwIfAny('/admin');
  return admin;
}
