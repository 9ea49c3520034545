import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of its own for a test; removed with `using`. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'tallyman-sinks-'));

  /** Writes a file and says where it is. */
  put(name: string, content: string | object): string {
    const file = join(this.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }

  get directory() {
    return { path: this.path, presence: 'must-exist' } as const;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The source of a sink that needs no import. */
export function sinkSource(type: string, changes = ''): string {
  return `export default {
    type: '${type}',
    summary: 'Posts records to a URL.',
    stability: 'beta',
    contract: 1,
    accepts: ['log'],
    token: 'none',
    options: { type: 'object', properties: { url: { type: 'string', format: 'uri' } }, required: ['url'] },
    create: ({ url }, { sdk }) => ({
      write: async (batch) => { throw sdk.retryable('posting ' + batch.records.length + ' records to ' + url); },
    }),
    ${changes}
  };`;
}
