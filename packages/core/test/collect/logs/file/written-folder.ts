import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { LogSyntax } from '../../../../src/decode/log-form.ts';
import { jsonFile, localFile } from '../../../decode/written-log.ts';

/** How an engine was told to rotate a log. */
export interface RotationOptions {
  /** At least 1. */
  readonly maxFiles: number;
  readonly isCompressed?: boolean;
}

/** An engine's folder with one container's log in it, written as the engine does. Removed with `using`. */
export class WrittenFolder implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'tallyman-log-files-'));
  readonly id = 'c0ffee'.padEnd(64, '0');
  readonly path: string;
  readonly #syntax: LogSyntax;
  #next = 0;

  constructor(syntax: 'json-file' | 'local' = 'json-file') {
    this.#syntax = syntax;
    const folder = join(this.root, 'containers', this.id);
    this.path =
      syntax === 'local'
        ? join(folder, 'local-logs', 'container.log')
        : join(folder, `${this.id}-json.log`);
    mkdirSync(dirname(this.path), { recursive: true });
  }

  get container() {
    const { id } = this;
    const log = { logDriver: this.#syntax, rotatesLog: true, keepsFullLogFiles: true };
    return { id, name: 'web', tty: false, ...log };
  }

  /** Writes so many more lines, `line 0` being the first ever. */
  print(count: number): this {
    const entries = Array.from({ length: count }, () => {
      const number = this.#next++;
      return { stream: 'stdout' as const, nanos: number, text: `line ${number}\n` };
    });
    this.write(this.#syntax === 'local' ? localFile(entries) : jsonFile(entries));
    return this;
  }

  write(bytes: Buffer): void {
    appendFileSync(this.path, bytes);
  }

  /** As moby does before it writes (daemon/logger/loggerutils/logfile.go). */
  rotate({ maxFiles, isCompressed = false }: RotationOptions): this {
    const ending = isCompressed ? '.gz' : '';
    if (maxFiles < 2) rmSync(this.path);
    else {
      rmSync(`${this.path}.${maxFiles - 1}${ending}`, { force: true });
      for (let number = maxFiles - 2; number >= 1; number--)
        if (existsSync(`${this.path}.${number}${ending}`))
          renameSync(`${this.path}.${number}${ending}`, `${this.path}.${number + 1}${ending}`);
      renameSync(this.path, `${this.path}.1`);
    }
    writeFileSync(this.path, '');
    if (isCompressed && maxFiles >= 2) {
      writeFileSync(`${this.path}.1.gz`, gzipSync(readFileSync(`${this.path}.1`)));
      rmSync(`${this.path}.1`);
    }
    return this;
  }

  /** The container is removed. */
  remove(): void {
    rmSync(join(this.root, 'containers', this.id), { recursive: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
