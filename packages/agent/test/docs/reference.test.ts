import { globSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { knownLabels } from '@tallyman/core';
import { grammar, type Schema } from '../../src/config/grammar.ts';
import { ConfigError, problemKinds } from '../../src/config/problem.ts';
import { commandEndings } from '../../src/docs/cli-page.ts';
import { rules } from '../../src/docs/config-page.ts';
import { containerLabels } from '../../src/docs/container-labels.ts';
import { ownVariables } from '../../src/docs/environment-variables.ts';
import { mistakes, refusalOf } from '../../src/docs/mistakes.ts';
import { sectionsOf } from '../../src/docs/options.ts';
import { generatedFiles } from '../../src/docs/reference.ts';
import { programOf } from '../../src/program.ts';
import { builtInSinks } from '../../src/sinks/built-in.ts';
import { findSinks } from '../../src/sinks/catalogue.ts';
import { root, textOf } from './markdown.ts';

const files = await generatedFiles();
const catalogue = findSinks([]);

describe('what is written from the code', () => {
  test.each([...files])('%s is up to date; `pnpm reference` makes it so', async (path, text) => {
    expect(await readFile(join(root, path), 'utf8')).toBe(text);
  });

  test('is all of docs/reference, but for the benchmarks', async () => {
    const kept = (await readdir(join(root, 'docs/reference'))).map(
      (name) => `docs/reference/${name}`,
    );

    const written = kept.filter((path) => !/\/(benchmarks\.md|growth\.svg)$/.test(path));
    expect(written.sort()).toEqual([...files.keys()].filter((path) => kept.includes(path)).sort());
  });
});

describe('the options', () => {
  const page = files.get('docs/reference/config.md') ?? '';
  const { sinks, ...sections } = grammar.properties;
  const all = [...leavesOf(sections), ...leavesOf({ 'sinks.NAME': sinks.additionalProperties })];

  test('are all on the page, and no other', () => {
    const shown = [...page.matchAll(/^\| (?:<a id="[^"]+"><\/a>)?`([^`=]+)` +\|/gm)].map(
      ([, path = '']) => path,
    );
    const others = [...Object.keys(ownVariables), ...shownVariables(page)];
    const matchers = ['name', 'image', 'label', 'compose', 'id'];

    const expected = all.map(({ path }) => path).filter((path) => !isOfMatcher(path));
    expect(shown.filter((path) => !others.includes(path)).sort()).toEqual(
      [...expected, ...matchers].sort(),
    );
  });

  test('have rules where the page says so', () => {
    const paths = [
      ...Object.entries(sections).flatMap(([key, schema]) => sectionsOf(key, schema)),
      ...sectionsOf('sinks.NAME', sinks.additionalProperties),
    ].map(({ path }) => path);

    expect(Object.keys(rules).filter((path) => !paths.includes(path))).toEqual([]);
  });

  test.each(all)('$path says what it does, and what to write', ({ schema }) => {
    expect(schema.description).toMatch(/\S/);
    expect(isShown(schema)).toBe(true);
  });

  test.each(builtInSinks)(
    'of the sink $type are all on its page, and say the same',
    async ({ type }) => {
      const { options } = await catalogue.definition(type);
      const ofSink = files.get(`docs/reference/sink-${type}.md`) ?? '';

      const properties = Object.entries<Schema>(options.properties ?? {});
      const shown = [...ofSink.matchAll(/^\| `([a-z_]+)` +\|/gm)].map(([, name]) => name);
      expect(shown).toEqual(properties.map(([name]) => name));
      expect(properties.filter(([, { description = '' }]) => description === '')).toEqual([]);
      expect(properties.filter(([, schema]) => !isShown(schema))).toEqual([]);
    },
  );
});

describe('beside the file', () => {
  test('the labels of containers are those that mean something', () => {
    const labels = Object.keys(containerLabels).filter((label) => label !== 'tallyman.fields.KEY');

    expect(labels.toSorted()).toEqual(knownLabels.toSorted());
  });

  test('the variables are those that the sources name', () => {
    const sources = globSync('packages/{agent,core,http-kit}/{src,bin}/**/*.{ts,js}', {
      cwd: root,
    }).filter((path) => !path.includes('/docs/'));
    const text = sources.map(textOf).join('\n');

    const own = [...text.matchAll(/\bTALLYMAN_[A-Z_]+\b/g)].map(([name]) => name);
    const documented = Object.keys(ownVariables);
    expect(own.filter((name) => !documented.includes(name))).toEqual([]);
    expect(documented.filter((name) => !text.includes(name))).toEqual([]);
  });

  test('each command has a word about its exit code', () => {
    const names = programOf(() => {}).commands.map((command) => command.name());

    expect(Object.keys(commandEndings)).toEqual(names);
  });
});

describe('mistakes', () => {
  const examples = problemKinds.filter((kind) => mistakes[kind].example !== undefined);

  test('have an example, all that a text can make', () => {
    expect(problemKinds.filter((kind) => !examples.includes(kind))).toEqual(['file']);
  });

  test.each(examples)('%s is what its example comes to, and nothing else', async (kind) => {
    const refusal = await refusalOf(mistakes[kind], catalogue);

    expect(refusal).toBeInstanceOf(ConfigError);
    expect(refusal?.problems.map((problem) => problem.kind)).toEqual([kind]);
  });
});

interface Leaf {
  readonly path: string;
  readonly schema: Schema;
}

/** All options, found another way than the page finds them. */
function leavesOf(properties: Readonly<Record<string, Schema>>, above = ''): readonly Leaf[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const path = `${above}${key}`;
    const inner = schema.properties;
    if (inner !== undefined) return leavesOf(inner, `${path}.`);
    return [{ path, schema }, ...leavesOf(schema.items?.properties ?? {}, `${path}[].`)];
  });
}

function isOfMatcher(path: string): boolean {
  return /clude\[\]\./.test(path);
}

/** Whether a reader, or an editor, is shown what can be written. */
function isShown({ default: fallback, examples, enum: words, type }: Schema): boolean {
  return [fallback, examples, words].some((shown) => shown !== undefined) || type === 'boolean';
}

/** The variables of the predecessors. */
function shownVariables(page: string): readonly string[] {
  return [...page.matchAll(/^\| `([A-Z_]+)` +\| `(?:sinks|collect|fields)\./gm)].map(
    ([, name = '']) => name,
  );
}
