import { describe, expect, test } from '@jest/globals';
import { commandFrom } from '../src/options.ts';

const known = ['logs', 'live'];
const run = (...args: string[]) => {
  const command = commandFrom(args, known);
  if (command.kind !== 'run') throw new Error(`asked to run: ${command.kind}`);
  return command;
};

describe('the command line', () => {
  test('without a benchmark lists them', () => {
    expect(commandFrom([], known)).toEqual({ kind: 'list' });
    expect(commandFrom(['--list'], known)).toEqual({ kind: 'list' });
  });

  test('names one benchmark, several or all', () => {
    expect(run('live').names).toEqual(['live']);
    expect(run('live', 'logs').names).toEqual(['live', 'logs']);
    expect(run('all').names).toEqual(known);
  });

  test('leaves to each benchmark what it does not say', () => {
    const { settings } = run('logs');

    expect(settings).toEqual({ rounds: 3, lines: 1_000_000, attach: false, embedded: false });
  });

  test('has a file behind --json, or nothing', () => {
    expect(run('logs', '--json', 'out.json').json).toEqual({ file: 'out.json' });
    expect(run('logs', '--json', 'out.json').names).toEqual(['logs']);
    expect(run('logs', '--json').json).toEqual({});
    expect(run('--json', 'logs').json).toEqual({});
    expect(run('logs', '--json', '--rounds', '1').json).toEqual({});
    expect(run('logs').json).toBeUndefined();
  });

  test('names peers that there are', () => {
    expect(run('logs', '--peers', 'curl,rsyslog').settings.peers).toEqual(['curl', 'rsyslog']);
    expect(() => run('logs', '--peers', 'crul')).toThrow('no peer "crul"; there are: curl');
  });

  test.each([
    [['lgos'], 'no benchmark "lgos"; there are: logs, live'],
    [['logs', '--lines', '0'], '--lines is a number above 0, not "0"'],
    [['logs', '--rounds', 'x'], '--rounds is a number above 0, not "x"'],
    [['docs'], 'docs needs --from FILE'],
    [['logs', '--line', '5'], "Unknown option '--line'"],
  ])('%j is refused', (args, reason) => {
    expect(() => commandFrom(args, known)).toThrow(reason);
  });

  test('writes the page from files', () => {
    expect(commandFrom(['docs', '--from', 'a.json', '--from', 'b.json'], known)).toEqual({
      kind: 'docs',
      from: ['a.json', 'b.json'],
      folder: 'docs/reference',
    });
  });
});
