import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));
const execute = promisify(execFile);
const limitMs = 120_000;
const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/**
 * A folder outside the repository with the packages as npm installs them from their tarballs. What these need of
 * others comes from npm's cache, else from the registry. To be held with `using`.
 */
export class PackedInstall implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'tallyman-packed-'));

  /** Packs the build as it stands and installs it, beside these packages of others. */
  static async make(others: readonly string[] = []): Promise<PackedInstall> {
    const install = new PackedInstall();
    try {
      await install.run(process.execPath, join(repository, 'scripts/pack-all.js'), '--out', '.');
      install.put('package.json', '{ "private": true, "type": "module" }');
      await install.run('npm', 'install', ...quietly, ...install.tarballs, ...others);
      return install;
    } catch (error) {
      install[Symbol.dispose]();
      throw error;
    }
  }

  /** The tarballs, as `./NAME-VERSION.tgz`. */
  get tarballs(): readonly string[] {
    return globSync('*.tgz', { cwd: this.folder })
      .map((name) => `./${name}`)
      .sort();
  }

  /** The program, as npm has linked it. */
  get program(): string {
    return join(this.folder, 'node_modules/.bin/tallyman');
  }

  /** The files below a folder of it, as paths from there. */
  filesIn(name: string): readonly string[] {
    const folder = join(this.folder, name);
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  }

  /** Writes a file. */
  put(name: string, text: string): void {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Runs a command in the folder; resolves to its standard output, rejects with all that it said. */
  async run(command: string, ...args: readonly string[]): Promise<string> {
    const ended = execute(command, args, { cwd: this.folder, timeout: limitMs });
    const { stdout } = await ended.catch(({ code, stdout, stderr }) => {
      throw new Error(
        `running ${command} ${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`,
      );
    });
    return stdout;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
