import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@tallyman/sdk';
import { DockerClient } from './client.ts';
import { killProcesses, removeTree, unmountBelow } from './leftovers.ts';
import { findProgram } from './programs.ts';

export interface PrivateEngineOptions {
  /** More arguments for dockerd: `--live-restore` … */
  readonly arguments?: readonly string[];
  /** Default: the first on PATH. */
  readonly dockerdPath?: string;
}

const startLimitMs = 60_000;
// dockerd gives its containers 15 s to stop (--shutdown-timeout).
const stopLimitMs = 30_000;
const pollEveryMs = 50;

/**
 * A dockerd of the test's own, to be stopped, killed and started at will: own data, own socket, own
 * containerd, own network namespace, so that it takes no bridge or firewall rule away from another
 * engine. Images and containers outlive a restart. Needs root.
 */
export class PrivateEngine {
  /** On disk: overlay2 does not work on tmpfs on every kernel, and the logs can grow. */
  readonly folder = join('/var/tmp', `tallyman-engine-${randomBytes(4).toString('hex')}`);
  readonly socketPath = join(this.folder, 'docker.sock');
  readonly client = new DockerClient(this.socketPath);
  readonly #options: PrivateEngineOptions;
  #network: ChildProcess | undefined;
  #daemon: ChildProcess | undefined;

  constructor(options: PrivateEngineOptions = {}) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#daemon !== undefined && !hasEnded(this.#daemon);
  }

  /** Resolves once the engine answers. */
  async start(signal: AbortSignal = AbortSignal.timeout(startLimitMs)): Promise<void> {
    if (this.running) throw new Error(`starting the engine at ${this.socketPath}: it runs already`);
    await mkdir(this.folder, { recursive: true });
    this.#network ??= await newNetwork(signal);
    this.#daemon = this.#spawnDaemon(this.#network);
    await this.#answering(this.#daemon, signal);
  }

  /** SIGTERM: the containers stop too, except with `--live-restore`. */
  async stop(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined || hasEnded(daemon)) return;
    const ended = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    const late = AbortSignal.timeout(stopLimitMs);
    late.addEventListener('abort', () => daemon.kill('SIGKILL'), { once: true });
    await ended;
  }

  /**
   * SIGKILL, as a crash: the containers go on. dockerd's own containerd dies with it (it is started
   * with PDEATHSIG, moby libcontainerd/supervisor). Its pid file goes too: where process 1 does not
   * reap it, the next dockerd takes the dead containerd for a running one and waits for it in vain.
   */
  async kill(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined || hasEnded(daemon)) return;
    const ended = once(daemon, 'exit');
    daemon.kill('SIGKILL');
    await ended;
    await killProcesses(join(this.folder, 'exec/containerd/containerd.toml'));
    await rm(join(this.folder, 'exec/containerd/containerd.pid'), { force: true });
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Removes every container, ends every process and deletes every file of this engine. */
  async dispose(): Promise<void> {
    if (this.#network === undefined) return;
    try {
      // The engine itself knows best how to take its containers, cgroups and mounts apart.
      if (!this.running) await this.start();
      const containers = await this.client.list();
      await Promise.all(containers.map(({ id }) => this.client.remove(id)));
      await this.stop();
    } finally {
      await this.#sweep(this.#network);
    }
  }

  async #sweep(network: ChildProcess): Promise<void> {
    this.#network = undefined;
    await killProcesses(this.folder);
    network.kill('SIGKILL');
    await unmountBelow(this.folder);
    await removeTree(this.folder);
  }

  #spawnDaemon(network: ChildProcess): ChildProcess {
    const dockerd = this.#options.dockerdPath ?? findProgram('dockerd');
    if (dockerd === undefined)
      throw new Error('starting an engine: no dockerd on PATH (Debian: docker.io)');
    const { folder, socketPath } = this;
    const into = `--net=/proc/${network.pid}/ns/net`;
    const options = {
      '--data-root': join(folder, 'data'),
      '--exec-root': join(folder, 'exec'),
      '--pidfile': join(folder, 'docker.pid'),
      '--host': `unix://${socketPath}`,
    };
    const bridge = findProgram('ip') === undefined ? ['--bridge=none', '--iptables=false'] : [];
    const more = [...bridge, ...(this.#options.arguments ?? [])];
    const command = ['nsenter', into, dockerd, ...Object.entries(options).flat(), ...more];
    const log = openSync(this.#logPath, 'a');
    // Each program executes the next, so that the child's pid is dockerd's. It ends with this process.
    const daemon = spawn('setpriv', ['--pdeathsig', 'TERM', ...command], {
      stdio: ['ignore', log, log],
      // A session of its own, as a daemon has: the kernel shares time out by sessions (sched(7), autogroup).
      detached: true,
    });
    closeSync(log);
    return daemon;
  }

  async #answering(daemon: ChildProcess, signal: AbortSignal): Promise<void> {
    const answers = () =>
      this.client.ping(signal).then(
        () => true,
        () => false,
      );
    while (!(await answers())) {
      if (hasEnded(daemon) || signal.aborted)
        throw new Error(`starting the engine at ${this.socketPath}: ${this.#logEnd()}`);
      await systemClock.sleep(pollEveryMs, signal).catch(() => undefined);
    }
  }

  get #logPath(): string {
    return join(this.folder, 'dockerd.log');
  }

  #logEnd(): string {
    return readFileSync(this.#logPath, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** A process that keeps a network namespace with a loopback device, from one start of dockerd to the next. */
async function newNetwork(signal: AbortSignal): Promise<ChildProcess> {
  const script = 'ip link set lo up; echo ready; exec sleep infinity';
  const command = ['--pdeathsig', 'KILL', 'unshare', '--net', 'sh', '-c', script];
  const holder = spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'ignore'] });
  holder.unref();
  // Before its line is there, the process may still be in the machine's own namespace.
  await once(holder.stdout, 'readable', { signal });
  const line: unknown = holder.stdout.read();
  holder.stdout.destroy();
  if (!Buffer.isBuffer(line))
    throw new Error('making a network namespace: unshare was refused; is this process root?');
  return holder;
}
