import { expect, test } from '@jest/globals';
import { blocksIn, blocksOf, documents, textOf } from './markdown.ts';

const blocks = documents.flatMap(blocksOf);
// Other names of languages whose blocks are looked at: by these they would not be found.
const otherNames = [
  'bash',
  'cjs',
  'console',
  'javascript',
  'mjs',
  'mts',
  'shell',
  'typescript',
  'yml',
];
const known =
  /^(file: \S+|part|part of sinks\.\S+|mistake(: \S+)?|prometheus|compiled only: .+|terminal: \S+|biome-ignore .+)?$/;

test('each fence of a document belongs to a block', () => {
  const fences = documents.flatMap((document) => textOf(document).match(/^ *```/gm) ?? []);

  expect(blocks.length).toBeGreaterThan(100);
  expect(fences.length).toBe(2 * blocks.length);
});

test('each block goes by the name of its language under which it is looked at', () => {
  expect(blocks.filter(({ language }) => otherNames.includes(language))).toEqual([]);
});

test('each comment above a block means something', () => {
  expect(blocks.filter(({ note }) => !known.test(note))).toEqual([]);
});

test('each block of JSON is JSON', () => {
  for (const { at, text } of blocksIn('json'))
    expect({ at, fault: faultOf(text) }).toEqual({ at, fault: '' });
});

function faultOf(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return String(error);
  }
}
