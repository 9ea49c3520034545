import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { checkSink, httpHarness } from '@tallyman/testkit/conformance';

const page = join(import.meta.dirname, '../../../../docs/guides/write-a-sink.md');
const folder = mkdtempSync(join(tmpdir(), 'tallyman-guide-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the sink in one file has twelve lines, and breaks the clause that the guide says it breaks', async () => {
  const text = readFileSync(page, 'utf8');
  const [, code = ''] = /<!-- file: post\/post\.mjs -->\n```js\n(.*?)^```$/ms.exec(text) ?? [];
  const [, clause] = /breaks one clause, (\d+\.\d+)/.exec(text) ?? [];
  writeFileSync(join(folder, 'post.mjs'), code);
  const { default: definition } = await import(join(folder, 'post.mjs'));

  const harness = httpHarness({
    options: (url) => ({ url }),
    invalidOptions: [{}, { url: 'nowhere' }],
    notApplicable: { '5.9': 'it takes a request as a whole' },
  });
  const { results } = await checkSink(definition, harness);

  const broken = results.filter(({ outcome }) => outcome === 'failed');
  expect(broken.map((result) => result.clause)).toEqual([clause]);
  expect(code.trimEnd().split('\n')).toHaveLength(12);
});
