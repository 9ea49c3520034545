import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Block, blocksIn, blocksOf, noted, root } from './markdown.ts';

/**
 * What the comment above a block of JavaScript or TypeScript says.
 *
 * - `file: NAME`: it lies there, beside the other files of its document
 * - `compiled only: WHY`: it is not run
 */
const blocks = blocksIn('js', 'ts');
const run = promisify(execFile);
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallyman-docs-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  mkdirSync(join(folder, 'node_modules/@tallyman'));
  for (const name of ['core', 'http-kit', 'sdk', 'testkit'])
    symlinkSync(join(root, 'packages', name), join(folder, 'node_modules/@tallyman', name));
  for (const block of new Set(blocks.flatMap(({ document }) => filesOf(document)))) write(block);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the code of the documents', () => {
  test('is found', () => {
    expect(blocks.length).toBeGreaterThan(5);
  });

  test('TypeScript compiles, strictly', async () => {
    expect(await complaints(['**/*.ts'], {})).toBe('');
  });

  test('JavaScript is right by the types that it meets', async () => {
    const options = { allowJs: true, checkJs: true, noImplicitAny: false };

    expect(await complaints(['**/*.js', '**/*.mjs'], options)).toBe('');
  });

  const running = blocks.filter((block) => noted(block, 'compiled only') === undefined);
  test.each(running)('$at runs, and a sink in it is one', async (block) => {
    const path = pathOf(block);
    const isTest = /\.test\.\w+$/.test(path);

    const args = isTest ? ['--test', path] : ['--input-type=module', '--eval', examining(path)];
    const { stdout } = await run(process.execPath, args, { cwd: dirname(path) });

    if (!isTest) expect(stdout.slice(stdout.lastIndexOf('{'))).toBe('{"faults":[]}');
  });
});

/** Blocks that are to lie on disk: code, and whatever else has a name. */
function filesOf(document: string): readonly Block[] {
  return blocksOf(document).filter(
    (block) => ['js', 'ts'].includes(block.language) || noted(block, 'file') !== undefined,
  );
}

function pathOf(block: Block): string {
  const { document, at, language } = block;
  const own = join(folder, document.replaceAll(/\W/g, '-'));
  return join(own, noted(block, 'file') ?? `${basename(at).replace(/\W/g, '-')}.${language}`);
}

function write(block: Block): void {
  const path = pathOf(block);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, block.text);
}

async function complaints(include: readonly string[], options: object): Promise<string> {
  const path = join(folder, 'tsconfig.json');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    ...options,
  };
  writeFileSync(path, JSON.stringify({ compilerOptions, include }));
  const result = run(join(root, 'node_modules/.bin/tsc'), ['-p', path], { cwd: folder });
  return (await result.catch((error: { readonly stdout: string }) => error)).stdout;
}

/** A program that imports a file, says what is wrong with the sink in it, and ends: a receiver would run for ever. */
function examining(path: string): string {
  const agent = pathToFileURL(join(root, 'packages/agent/dist')).href;
  return `
    import { checkDefinition } from '${agent}/sinks/check-definition.js';
    import { optionCheck } from '${agent}/config/options.js';
    const { default: sink } = await import('${pathToFileURL(path).href}');
    const checked = sink === undefined ? { faults: [] } : checkDefinition(sink.type, sink);
    const schema = checked.definition === undefined ? '' : optionCheck(checked.definition);
    const faults = checked.faults ?? (typeof schema === 'string' && schema !== '' ? [schema] : []);
    process.stdout.write(JSON.stringify({ faults }), () => process.exit(0));
  `;
}
