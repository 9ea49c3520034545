import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tarOf } from '../../src/docker/tar.ts';

test('writes files, folders and links that tar reads back', () => {
  const archive = tarOf([
    { kind: 'folder', path: 'bin', mode: 0o755 },
    { kind: 'file', path: 'bin/tool', mode: 0o750, bytes: Buffer.from('hello') },
    { kind: 'link', path: 'bin/sh', target: 'tool' },
  ]);

  const listing = spawnSync('tar', ['-tvf', '-', '--utc'], { input: archive, encoding: 'utf8' });

  expect(listing.stderr).toBe('');
  const rows = listing.stdout.trim().split('\n');
  expect(rows.map((row) => row.split(/ +/).toSpliced(3, 2).join(' '))).toEqual([
    'drwxr-xr-x 0/0 0 bin/',
    '-rwxr-x--- 0/0 5 bin/tool',
    'lrwxrwxrwx 0/0 0 bin/sh -> tool',
  ]);
});

test('pads every file to a block and ends with two empty ones', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (content) => {
      const bytes = Buffer.from(content);

      const archive = tarOf([{ kind: 'file', path: 'a', mode: 0o644, bytes }]);

      const padded = Math.ceil(bytes.length / 512) * 512;
      expect(archive).toHaveLength(512 + padded + 1024);
      expect(archive.subarray(512, 512 + bytes.length)).toEqual(bytes);
      expect(archive.subarray(512 + bytes.length).every((byte) => byte === 0)).toBe(true);
    }),
  );
});

test('refuses a name that does not fit a header', () => {
  const path = 'x'.repeat(101);

  expect(() => tarOf([{ kind: 'folder', path, mode: 0o755 }])).toThrow(/more than the 100 bytes/);
});
