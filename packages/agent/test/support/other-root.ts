import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

// What the program is run from may be mounted somewhere of its own.
const repository = fileURLToPath(new URL('../../../..', import.meta.url));

/** Whether this process may make one, and the file system takes it. */
export function canMakeRoot(): boolean {
  if (process.getuid?.() !== 0) return false;
  const folder = newFolder();
  const trial = spawnSync('unshare', ['--mount', 'sh', '-ec', overlayIn(folder)]);
  rmSync(folder, { recursive: true, force: true });
  return trial.status === 0;
}

// On disk: what an overlay writes to may be no overlay.
function newFolder(): string {
  const folder = mkdtempSync('/var/tmp/tallyman-root-');
  for (const name of ['changes', 'work', 'root']) mkdirSync(join(folder, name));
  return folder;
}

/** The commands that mount this machine's file system, with changes of its own, at `root` in a folder. */
function overlayIn(folder: string): string {
  const [changes, work, root] = ['changes', 'work', 'root'].map((name) => join(folder, name));
  return [
    'mount --make-rprivate /',
    `mount -t overlay overlay -o lowerdir=/,upperdir=${changes},workdir=${work} ${root}`,
  ].join('\n');
}

/**
 * This machine's file system with changes of its own, as a container has that of its image: what is written is
 * gone with it, but for `/tmp`, where the tests are. Needs root. To be held with `await using`.
 */
export class OtherRoot implements AsyncDisposable {
  readonly #folder = newFolder();
  readonly #holder: ChildProcess;
  readonly #ready = join(this.#folder, 'ready');

  private constructor() {
    const root = join(this.#folder, 'root');
    const shared = ['/proc', '/sys', '/dev', '/tmp', '/run', repository, dirname(process.execPath)]
      .filter((path) => existsSync(path))
      .map((path) => `mount --rbind ${path} ${root}${path}`);
    const script = [
      'set -e',
      overlayIn(this.#folder),
      // Machines that were made from an image have it, too.
      `rm -f ${root}/.dockerenv`,
      ...shared,
      `touch ${this.#ready}`,
      'exec sleep infinity',
    ].join('\n');
    this.#holder = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', 'unshare', '--mount', 'sh', '-c', script],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  }

  static async make(): Promise<OtherRoot> {
    const root = new OtherRoot();
    await until(() => existsSync(root.#ready), 'the other root is mounted');
    return root;
  }

  /** What a command is put behind to run in it. */
  get entering(): readonly string[] {
    return ['nsenter', this.#namespace, 'chroot', join(this.#folder, 'root')];
  }

  /** Runs a script in it, as root. What it names `sudo` is left out. */
  run(script: string): string {
    const [, ...entering] = this.entering;
    const args = [...entering, 'sh', '-ec', script.replaceAll('sudo ', '')];
    return execFileSync('nsenter', args, { encoding: 'utf8' });
  }

  /** Makes it look as the engine makes a container: by its mounts (moby container/container_unix.go). */
  becomeContainer(id: string): void {
    const folder = join('/var/lib/docker/containers', id);
    this.run(
      `mkdir -p ${folder}; touch ${folder}/hostname; mount --bind ${folder}/hostname /etc/hostname`,
    );
  }

  /** A folder of this machine in its place, as the engine mounts one into a container. */
  mountFromHost(path: string): void {
    const place = join(this.#folder, 'root', path);
    execFileSync('nsenter', [this.#namespace, 'mount', '--rbind', path, place]);
  }

  get #namespace(): string {
    return `--mount=/proc/${this.#holder.pid}/ns/mnt`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#holder.kill('SIGKILL');
    await until(() => this.#holder.signalCode !== null, 'the other root is gone');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
