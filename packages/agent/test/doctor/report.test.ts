import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { findingLines } from '../../src/commands/finding-lines.ts';
import type { Examination } from '../../src/doctor/examination.ts';
import { findingsOf } from '../../src/doctor/examine.ts';
import { findingCodes } from '../../src/doctor/finding.ts';
import { Checkup } from '../support/checkup.ts';

const root = join(import.meta.dirname, '../../../..');

test('each finding has an entry in the guide, and each entry a finding', () => {
  const guide = readFileSync(join(root, 'docs/guides/troubleshoot.md'), 'utf8');

  const entries = [...guide.matchAll(/^\| `([a-z]+\.[a-z_]+)` +\|/gm)].map(([, code]) => code);

  expect(entries).toEqual([...findingCodes]);
});

test('each finding is provoked by a test', () => {
  const files = globSync('packages/agent/test/{doctor,engine}/*.test.ts', { cwd: root });
  const tests = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');

  expect(findingCodes.filter((code) => !tests.includes(`'${code}'`))).toEqual([]);
});

test('for people: the worst first, what is wrong, where and what to do', async () => {
  await using engine = await new EmbeddedEngine().start();
  for (let number = 1; number <= 7; number++) engine.container({ name: `c${number}` }).start();
  engine.fault('info', { status: 500, message: 'broken', times: Infinity });
  using checkup = new Checkup({ socketPath: engine.socketPath });

  const broken = await checkup.print({ env: { DOCKER_HOST: 'tcp://elsewhere:2375' } });
  engine.clearFaults();
  const well = await checkup.print();

  expect(broken.stdout).toMatch(
    /\nFindings: 1 problem, 1 warning, \d fine\n\nproblem {2}engine\.failed {7}unix:\/\/\S+\n {9}the engine answers GET \/info with 500 "broken"\n {9}→ see what .*\n\nwarning {2}engine\.docker_host {2}tcp:\/\/elsewhere:2375\n/,
  );
  expect(well.stdout).toContain('log.unbounded  c7, c6, c5, c4, c3 and 2 more\n');
  expect(well.stdout).toMatch(/\nfine {2}engine\.reached +unix:\/\//);
  expect([broken.exitCode, well.exitCode]).toEqual([1, 0]);
});

test('for machines: one object whose shape is documented', async () => {
  await using engine = await new EmbeddedEngine().start();
  const { id } = engine.container({ name: 'web', image: 'nginx:1' }).start();
  using checkup = new Checkup({ socketPath: engine.socketPath });

  const { said, exitCode } = await checkup.run();

  const { findings = [], source, ...rest } = said;
  expect(rest).toEqual({
    version: 1,
    notes: [],
    sinks: [{ name: 'stdout', type: 'stdout', kinds: ['logs', 'stats', 'events'] }],
    engine: { product: 'Docker Engine 28.5.2', apiVersion: '1.51' },
    containers: [
      {
        name: 'web',
        id,
        image: 'nginx:1',
        logs: ['stdout'],
        stats: ['stdout'],
        events: ['stdout'],
        reasons: [],
      },
    ],
  });
  expect(source).toBe(join(checkup.folder, 'config.yaml'));
  expect(findings.find(({ code }) => code === 'log.unbounded')).toEqual({
    severity: 'warning',
    code: 'log.unbounded',
    where: ['web'],
    what: expect.any(String),
    todo: expect.any(String),
  });
  expect(exitCode).toBe(0);
});

test('a file that is wrong is exit 2, with nothing on standard output', async () => {
  using checkup = new Checkup({ config: 'sinks: { stdout: {} }\nclolect: {}\n' });

  const { exitCode, stdout, stderr } = await checkup.print({ flags: ['--json'] });

  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain('did you mean collect?');
});

test('nothing that a container or a server says acts on a terminal', async () => {
  await using engine = await new EmbeddedEngine().start();
  const labels = { 'tallyman.\u001b[2Jlogs': '\u202efalse', 'tallyman.sinks': 'a\u0007\nb' };
  engine.container({ name: 'evil\u001b]0;owned\u0007', labels }).start();
  engine.fault('list', { status: 500, message: '\u001b[31mred', times: 1 });
  using checkup = new Checkup({ socketPath: engine.socketPath });

  const failing = await checkup.print();
  const text = await checkup.print();
  const json = await checkup.print({ flags: ['--json'] });

  const acts = ({ stdout }: { stdout: string }) =>
    /[\p{Cc}\p{Bidi_Control}]/u.test(stdout.replaceAll('\n', ''));
  expect(failing.stdout).toContain('\\x1b[31mred');
  expect(text.stdout).toContain('\\x1b');
  expect([failing, text, json].map(acts)).toEqual([false, false, false]);
  expect(JSON.parse(json.stdout).containers[0].name).toBe('evil\u001b]0;owned\u0007');
});

test('an examination that does not end, or fails, is a finding; the others are not touched by it', async () => {
  const clock = new VirtualClock();
  const examinations: readonly Examination<unknown>[] = [
    { of: 'the tides', examine: () => new Promise(() => {}) },
    {
      of: 'the quay',
      examine: async () => {
        throw new Error('it sank');
      },
    },
    {
      of: 'the crane',
      examine: async () => [
        { code: 'sink.opened', severity: 'fine', where: ['crane'], what: 'opened' },
      ],
    },
  ];

  const finding = findingsOf(examinations, { clock }, 1_000);
  await clock.advance(1_000);
  const findings = await finding;

  expect(
    findings.map(({ code, severity, where, what }) => [code, severity, ...where, what]),
  ).toEqual([
    [
      'check.unfinished',
      'problem',
      'the tides',
      'examining the tides came to no end: it did not end within 1000 ms',
    ],
    ['check.unfinished', 'problem', 'the quay', 'examining the quay came to no end: it sank'],
    ['sink.opened', 'fine', 'crane', 'opened'],
  ]);
  expect(findingLines(findings)).toContain(
    '         → see to it that the tides answers, then run the check again; the other findings may name the cause',
  );
});
