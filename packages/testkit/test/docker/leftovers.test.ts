import { expect, test } from '@jest/globals';
import { withDescendants } from '../../src/docker/leftovers.ts';

test('finds the marked processes and everything below them, and no other', () => {
  const processes = [
    { pid: 900_001, parent: 1, command: 'containerd --config /var/tmp/engine-a/exec/c.toml' },
    { pid: 900_002, parent: 1, command: 'containerd-shim -address /var/tmp/engine-a/exec/c.sock' },
    { pid: 900_003, parent: 900_002, command: 'sleep 60' },
    { pid: 900_004, parent: 900_003, command: 'sleep 61' },
    { pid: 900_005, parent: 1, command: 'containerd --config /var/tmp/engine-b/exec/c.toml' },
  ];

  const found = withDescendants(processes, '/var/tmp/engine-a/');

  expect(new Set(found)).toEqual(new Set([900_001, 900_002, 900_003, 900_004]));
});

test('never counts the process that asks', () => {
  const self = { pid: process.pid, parent: 1, command: 'node test /var/tmp/engine-a/' };

  expect(withDescendants([self], '/var/tmp/engine-a/')).toEqual([]);
});
