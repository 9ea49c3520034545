import { expect, test } from '@jest/globals';
import { Descriptors } from '../../../../src/collect/logs/file/descriptors.ts';
import { Successor } from '../../../../src/collect/logs/file/successor.ts';
import { WrittenFolder } from './written-folder.ts';

test('what comes behind a file is told also after several rotations that nobody watched', async () => {
  using folder = new WrittenFolder();
  const descriptors = new Descriptors();
  const successor = new Successor(folder.path, descriptors);
  const rotation = { maxFiles: 9, isCompressed: true };
  folder.print(10);
  const first = await descriptors.open(folder.path);

  folder.rotate(rotation).print(20);
  const [second, ...others] = (await successor.of(first)) ?? [];
  if (second === undefined) throw new Error('nothing is behind the first file');
  folder.rotate(rotation).print(30).rotate(rotation).print(40);
  const behind = await successor.of(second.file);

  expect(others).toEqual([]);
  expect(behind?.map(({ isCompressed }) => isCompressed)).toEqual([true, false]);
  for (const { file } of [second, ...(behind ?? [])]) await file.close();
  await first.close();
  await successor.close();
});
