import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { findSinks } from '../../src/sinks/catalogue.ts';

const root = join(import.meta.dirname, '../../../..');
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

test.each(['compose.yaml', 'deploy/hardened.yaml', 'deploy/swarm.yaml'])(
  '%s keeps its containers from writing and from all capabilities but two, and mounts what is there',
  (file) => {
    const { services, configs = {} } = parse(textOf(file));

    const all = Object.values<Record<string, unknown>>(services);
    expect(all.map(({ read_only }) => read_only)).toEqual(all.map(() => true));
    expect(all.map(({ cap_drop }) => cap_drop)).toEqual(all.map(() => ['ALL']));
    const added = all.flatMap(({ cap_add = [] }) => cap_add);
    expect(added.filter((name) => !['SETUID', 'SETGID'].includes(String(name)))).toEqual([]);
    const mounted = all
      .flatMap(({ volumes }) => (Array.isArray(volumes) ? volumes : []))
      .flatMap((volume) => /^(\.[^:]*):/.exec(String(volume))?.[1] ?? [])
      .concat(Object.values<{ file: string }>(configs).map(({ file: path }) => path));
    expect(mounted.length).toBeGreaterThan(0);
    const missing = mounted.filter((path) => !existsSync(join(root, dirname(file), path)));
    expect(missing).toEqual([]);
  },
);

test('the configuration of the Swarm loads once its secret is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallyman-secret-'));
  writeFileSync(join(folder, 'logs_token'), '00000000-0000-0000-0000-000000000000');
  const path = 'deploy/swarm-config.yaml';
  const text = textOf(path).replace('/run/secrets', folder);

  const { sinks, notes } = await loadConfig({ path, text, env: {}, catalogue: findSinks([]) });
  rmSync(folder, { recursive: true });

  expect(sinks.map(({ name }) => name)).toEqual(['logentries']);
  expect(notes).toEqual([]);
});

test('the guide shows the rules that the proxy has', () => {
  const rules = textOf('deploy/haproxy.cfg').match(/^ {4}http-request .*$/gm) ?? [];

  expect(rules).toHaveLength(2);
  expect(textOf('docs/guides/deploy.md')).toContain(rules.join('\n'));
});
