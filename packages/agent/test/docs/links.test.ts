import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from '@jest/globals';
import { anchorsOf, documents, relativeLinksOf, root } from './markdown.ts';

test('documents are found, and links in them', () => {
  expect(documents.length).toBeGreaterThan(30);
  expect(documents.flatMap(relativeLinksOf).length).toBeGreaterThan(100);
});

test.each(documents)('%s links only to files and headings that are there', (document) => {
  const broken = relativeLinksOf(document).filter((link) => !leadsSomewhere(document, link));

  expect(broken).toEqual([]);
});

function leadsSomewhere(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document : relative(root, join(root, dirname(document), path));
  if (target.startsWith('..') || !existsSync(join(root, target))) return false;
  if (anchor === undefined) return true;
  // Lines of sources have anchors, too; nobody keeps these right.
  return statSync(join(root, target)).isFile() && anchorsOf(target).has(anchor);
}
