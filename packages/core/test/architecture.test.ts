import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const packages = new URL('../../', import.meta.url);
// The benchmarks measure from outside; nothing is built on them.
const sources = globSync('*/src/**/*.ts', { cwd: packages, exclude: ['bench/**'] }).map((file) => ({
  file,
  text: readFileSync(new URL(file, packages), 'utf8'),
}));

const statement = /^(?:import|export)( type)?\s+(?:[\w\s{},*$]+\sfrom\s+)?'([^']+)';/gm;
const imports = sources.flatMap(({ file, text }) =>
  [...text.matchAll(statement)].map(([, type, from = '']) => ({ file, from, isType: !!type })),
);

/** Each third party is known in one place, so that it can be replaced there; `commander` in one of each program. */
const homes: Readonly<Record<string, string | readonly string[]>> = {
  'p-queue': 'core/src/ship/writes.ts',
  'write-file-atomic': 'core/src/state/',
  axios: 'http-kit/src/',
  ajv: 'agent/src/config/',
  'ajv-formats': 'agent/src/config/',
  yaml: 'agent/src/config/',
  tsyringe: 'agent/src/compose/',
  'reflect-metadata': 'agent/src/compose/',
  pino: 'agent/src/diagnostics/',
  'pino-pretty': 'agent/src/diagnostics/',
  commander: ['agent/src/program.ts', 'create-tallyman-sink/src/program.ts'],
  fastify: 'agent/src/admin/server.ts',
  'prom-client': 'agent/src/admin/metrics/',
  'string-width': 'agent/src/live/cells.ts',
};

describe('the architecture', () => {
  test('is read: there are sources and imports', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(imports).toContainEqual({ file: homes.fastify, from: 'fastify', isType: false });
  });

  test.each(Object.entries(homes))('%s is imported in %s alone', (name, home) => {
    const users = imports.filter(({ from }) => from === name || from.startsWith(`${name}/`));
    const isAtHome = ({ file }: (typeof imports)[number]) =>
      [home].flat().some((place) => file.startsWith(place));

    expect(users.filter((user) => !isAtHome(user))).toEqual([]);
  });

  test.each([
    // Records that are views on bytes, and errors that are known across realms.
    ['sdk/src/', /^(\.\/|node:(buffer|util)$)/],
    ['core/src/', /^(\.|node:|@tallyman\/sdk$|p-queue$|write-file-atomic$)/],
    ['http-kit/src/', /^(\.|node:|@tallyman\/sdk$|axios$)/],
    ['sink-', /^(\.|node:|@tallyman\/(sdk|http-kit)$)/],
    ['create-tallyman-sink/src/', /^(\.|node:|commander$)/],
  ])('dependencies point inward: %s imports only %s', (folder, allowed) => {
    const outward = imports.filter(
      ({ file, from }) => file.startsWith(folder) && !allowed.test(from),
    );

    expect(outward).toEqual([]);
  });

  test.each([
    ['decode', /^(\.\/|@tallyman\/sdk$)/],
    ['enrich', /^(\.\/|\.\.\/decode\/|\.\.\/route\/glob\.ts$|@tallyman\/sdk$)/],
    ['route', /^(\.\/|\.\.\/decode\/|@tallyman\/sdk$)/],
  ])('%s is plain functions: it runs nothing that waits', (folder, allowed) => {
    const used = imports.filter(
      ({ file, isType }) => !isType && file.startsWith(`core/src/${folder}/`),
    );

    expect(used.length).toBeGreaterThan(0);
    expect(used.filter(({ from }) => !allowed.test(from))).toEqual([]);
  });

  test('what a test of a sink takes from the test kit brings no engine with it', () => {
    const reached = reachedFrom('testkit/src/index.ts');

    expect(reached.size).toBeGreaterThan(20);
    expect([...reached].filter((file) => /src\/(docker|embedded|record)\//.test(file))).toEqual([]);
  });

  test('time comes from the clock', () => {
    const usesTime = /\b(setTimeout|setInterval|Date\.now|node:timers)\b/;
    const timed = sources.filter(({ text }) => usesTime.test(withoutComments(text)));

    expect(timed.map(({ file }) => file)).toEqual(['sdk/src/clock.ts']);
  });
});

/** A module and what it imports of its own package, over any number of steps. */
function reachedFrom(file: string, reached = new Set<string>()): ReadonlySet<string> {
  if (reached.has(file)) return reached;
  reached.add(file);
  for (const each of imports)
    if (each.file === file && each.from.startsWith('.'))
      reachedFrom(join(dirname(file), each.from), reached);
  return reached;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
}
