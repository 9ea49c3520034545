import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const scripts = fileURLToPath(new URL('../../../../scripts', import.meta.url));
const execute = promisify(execFile);

/**
 * A folder outside the repository in which npm finds our packages by name, as it will once they are published: from
 * their tarballs, out of the build as it stands. What these need of others comes from npm's cache, else from its
 * registry. To be held with `await using`.
 */
export class PackedRegistry implements AsyncDisposable {
  readonly folder: string;
  /** For whoever runs npm: nothing of the npm that runs this test, and no questions. */
  readonly env: Readonly<Record<string, string>>;
  readonly #server: ChildProcess;

  private constructor(folder: string, server: ChildProcess, url: string) {
    this.folder = folder;
    this.#server = server;
    const { PATH = '', HOME = '' } = process.env;
    this.env = {
      PATH: [dirname(process.execPath), PATH].join(delimiter),
      HOME,
      npm_config_registry: url,
      npm_config_cache: cacheIn(folder, HOME),
      npm_config_prefer_offline: 'true',
      npm_config_yes: 'true',
    };
  }

  static async start(): Promise<PackedRegistry> {
    const folder = mkdtempSync(join(tmpdir(), 'tallyman-packed-'));
    try {
      const packed = join(folder, 'packed');
      await execute(process.execPath, [join(scripts, 'pack-all.js'), '--out', packed]);
      const args = [join(scripts, 'packed-registry.js'), '--from', packed, '--port', '0'];
      const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = once(server, 'close').then(([code]) => {
        throw new Error(`starting the registry of packed packages: it ended with ${code}`);
      });
      const [said] = await Promise.race([once(createInterface(server.stdout), 'line'), ended]);
      const [, url = ''] = /=(http.*)$/.exec(said) ?? [];
      return new PackedRegistry(folder, server, url);
    } catch (error) {
      rmSync(folder, { recursive: true });
      throw error;
    }
  }

  /** Runs a command below the folder. Resolves to its standard output, rejects with all that it said. */
  async run(within: string, command: string, ...args: readonly string[]): Promise<string> {
    const cwd = join(this.folder, within);
    const ended = execute(command, args, { cwd, env: this.env, timeout: limitMs });
    const { stdout } = await ended.catch(({ code, stdout, stderr }) => {
      const line = [command, ...args].join(' ');
      throw new Error(`running ${line}: exit code ${code}\n${stdout}${stderr}`);
    });
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.kill();
    await once(this.#server, 'close');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const limitMs = 120_000;

/**
 * npm's cache, but for what `npx` keeps beside it: it would run the packages of an earlier build, which have the
 * same version.
 */
function cacheIn(folder: string, home: string): string {
  const usual = join(process.env.npm_config_cache ?? join(home, '.npm'), '_cacache');
  const own = join(folder, 'cache');
  mkdirSync(usual, { recursive: true });
  mkdirSync(own);
  symlinkSync(usual, join(own, '_cacache'));
  return own;
}
