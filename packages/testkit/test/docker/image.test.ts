import { expect, test } from '@jest/globals';
import { busyboxArchive, isStaticProgram } from '../../src/docker/image.ts';

test('links every applet but busybox itself', () => {
  const archive = busyboxArchive(Buffer.from('program'), ['[', 'busybox', 'sh']);

  const names = Array.from({ length: archive.length / 512 }, (_, block) =>
    archive.toString('latin1', block * 512, block * 512 + 100).replace(/\0.*$/s, ''),
  );
  expect(names.filter((name) => /^(bin|etc|tmp)\//.test(name))).toEqual([
    'bin/',
    'bin/busybox',
    'bin/[',
    'bin/sh',
    'etc/',
    'tmp/',
  ]);
});

test('tells a static program from one that needs a loader', () => {
  const loadable = { type: 1 };
  const interpreter = { type: 3 };

  expect(isStaticProgram(elfWith(loadable))).toBe(true);
  expect(isStaticProgram(elfWith(loadable, interpreter))).toBe(false);
});

test('takes a script or a cut-off program for no static program', () => {
  expect(isStaticProgram(Buffer.from('#!/bin/sh\n'))).toBe(false);
  expect(isStaticProgram(elfWith({ type: 1 }).subarray(0, 64))).toBe(false);
});

function elfWith(...entries: readonly { readonly type: number }[]): Buffer {
  const [headerBytes, entryBytes] = [64, 56];
  const elf = Buffer.alloc(headerBytes + entries.length * entryBytes);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  elf.writeBigUInt64LE(BigInt(headerBytes), 32);
  elf.writeUInt16LE(entryBytes, 54);
  elf.writeUInt16LE(entries.length, 56);
  entries.forEach(({ type }, index) => {
    elf.writeUInt32LE(type, headerBytes + index * entryBytes);
  });
  return elf;
}
