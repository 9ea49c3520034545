import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../../..');

/** Every document of the repository, as paths from its root. */
export const documents: readonly string[] = globSync(
  ['*.md', '{config,deploy,docs,examples,packages}/**/*.md'],
  { cwd: root, exclude: (path) => /(^|\/)(node_modules|dist|templates?)$/.test(path) },
).toSorted();

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** A fenced block of a document. */
export interface Block {
  /** `PATH:LINE` of the fence. */
  readonly at: string;
  readonly document: string;
  readonly language: string;
  readonly text: string;
  /** What the comment in the line above says about it, such as `file: sink.mjs`; empty where there is none. */
  readonly note: string;
}

/** The fenced blocks of a document, in order. */
export function blocksOf(document: string): readonly Block[] {
  const text = textOf(document);
  const fences = text.matchAll(
    /^(?:<!-- (?<note>[^\n]*?) -->\n)?(?<indent> *)```(?<language>[a-z]*)\n(?<code>.*?)^\k<indent>```$/gms,
  );
  return [...fences].map(({ index, groups = {} }) => {
    const { note = '', indent = '', language = '', code = '' } = groups;
    const line = text.slice(0, index).split('\n').length + (note === '' ? 0 : 1);
    return {
      at: `${document}:${line}`,
      document,
      language,
      text: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      note,
    };
  });
}

/** All blocks of these languages. */
export function blocksIn(...languages: readonly string[]): readonly Block[] {
  return documents.flatMap(blocksOf).filter(({ language }) => languages.includes(language));
}

/** What a comment gives by this name: `file: a.mjs` → `a.mjs`. */
export function noted({ note }: Block, name: string): string | undefined {
  return new RegExp(`^${name}: (.+)$`).exec(note)?.[1];
}

/** A document's prose: without its blocks and comments. */
export function proseOf(document: string): string {
  return textOf(document)
    .replace(/^( *)```.*?^\1```$/gms, '')
    .replace(/<!--.*?-->/gs, '');
}

/** Where links to a document may lead: its headings, as GitHub names them, and what has an id. */
export function anchorsOf(document: string): ReadonlySet<string> {
  const prose = proseOf(document);
  const anchors = new Set([...prose.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id));
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.+)$/gm)) {
    const slug = slugOf(heading);
    let name = slug;
    for (let count = 1; anchors.has(name); count++) name = `${slug}-${count}`;
    anchors.add(name);
  }
  return anchors;
}

function slugOf(heading: string): string {
  const shown = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]|<[^>]*>/g, '');
  return shown
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
}

/** The targets of a document's links and images that lead to files of the repository. */
export function relativeLinksOf(document: string): readonly string[] {
  const prose = proseOf(document).replace(/`[^`\n]*`/g, '');
  const inline = prose.matchAll(/\]\(<?([^)\s>]+)[^)]*\)/g);
  const defined = prose.matchAll(/^\[[^\]]+\]: *(\S+)/gm);
  const embedded = prose.matchAll(/ (?:src|href)="([^"]+)"/g);
  return [...inline, ...defined, ...embedded]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}
