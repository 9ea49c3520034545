import type { Attachments } from './attachments.ts';
import type { Rotation } from './log-files.ts';
import type { LogStore, OutputStream } from './log-store.ts';
import { Outputs } from './outputs.ts';
import { secondsOf } from './time.ts';
import { type Counters, idleLoad, type Load, Usage } from './usage.ts';
import type { EndOfFollow, EngineGeneration } from './world.ts';

export interface ContainerOptions {
  readonly name: string;
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  /** One output, without frames; `\n` becomes `\r\n`. */
  readonly tty?: boolean;
  /** Of the log. `none` cannot be read. */
  readonly driver?: string;
  /** Of the log. Absent: it grows without bound, in one file. */
  readonly rotation?: Rotation;
  readonly network?: 'bridge' | 'host';
  readonly memoryLimitBytes?: number;
  readonly pidsLimit?: number;
  readonly cpus?: number;
  readonly restart?: 'no' | 'always' | 'on-failure' | 'unless-stopped';
  readonly autoRemove?: boolean;
  readonly healthCheck?: boolean;
}

export type ContainerStatus =
  | 'created'
  | 'running'
  | 'paused'
  | 'restarting'
  | 'removing'
  | 'exited'
  | 'dead';

/** The world around a container, as far as it reaches into it. */
export interface ContainerWorld {
  readonly generation: EngineGeneration;
  readonly endOfFollow: EndOfFollow;
  now(): bigint;
  emitContainer(container: EmbeddedContainer, action: string, extra?: Record<string, string>): void;
  emitNetwork(container: EmbeddedContainer, action: 'connect' | 'disconnect'): void;
  forget(container: EmbeddedContainer): void;
}

/** A container of the embedded engine, and the handle by which a script moves it. */
export class EmbeddedContainer {
  readonly id: string;
  readonly imageId: string;
  readonly options: ContainerOptions;
  readonly createdNanos: bigint;
  readonly #outputs: Outputs;
  readonly #world: ContainerWorld;
  #name: string;
  #status: ContainerStatus = 'created';
  #usage: Usage | undefined;
  #load: Load = idleLoad;
  #sample: unknown;
  startedNanos: bigint | undefined;
  finishedNanos: bigint | undefined;
  exitCode = 0;
  restartCount = 0;
  oomKilled = false;
  health: 'starting' | 'healthy' | 'unhealthy' | undefined;

  constructor(id: string, imageId: string, options: ContainerOptions, world: ContainerWorld) {
    this.id = id;
    this.imageId = imageId;
    this.options = options;
    this.#world = world;
    this.#name = options.name;
    this.createdNanos = world.now();
    this.#outputs = new Outputs({
      tty: options.tty ?? false,
      driver: options.driver ?? 'json-file',
      rotation: options.rotation,
      generation: world.generation,
      endOfFollow: world.endOfFollow,
      now: () => world.now(),
    });
    world.emitContainer(this, 'create');
  }

  get log(): LogStore {
    return this.#outputs.log;
  }

  /** Who is attached to it. */
  get attachments(): Attachments {
    return this.#outputs.attachments;
  }

  get name(): string {
    return this.#name;
  }

  get status(): ContainerStatus {
    return this.#status;
  }

  get image(): string {
    return this.options.image ?? 'tallyman-test/busybox:latest';
  }

  get labels(): Readonly<Record<string, string>> {
    return this.options.labels ?? {};
  }

  get isUp(): boolean {
    return this.#status === 'running' || this.#status === 'paused';
  }

  start(): this {
    if (this.isUp) return this;
    if (this.#status === 'restarting') this.restartCount++;
    this.#emitNetwork('connect');
    this.#outputs.open();
    this.startedNanos = this.#world.now();
    this.#usage = new Usage(this.#load, this.startedNanos);
    this.#status = 'running';
    this.oomKilled = false;
    if (this.options.healthCheck) this.health = 'starting';
    this.#world.emitContainer(this, 'start');
    return this;
  }

  /** What the program writes, in any pieces. `atNanos` sets the engine's stamp, otherwise its clock does. */
  print(stream: OutputStream, output: string | Uint8Array, at?: { atNanos: bigint }): this {
    if (!this.isUp)
      throw new Error(`printing in the embedded container ${this.#name}: it is ${this.#status}`);
    this.#outputs.print(
      stream,
      typeof output === 'string' ? Buffer.from(output) : output,
      at?.atNanos,
    );
    return this;
  }

  /** The program ends: its log is closed first, then `die` is told. With a restart policy it waits for `start()`. */
  exit(code: number): this {
    if (!this.isUp) return this;
    this.#closeLog(code);
    this.#tellDeath();
    const policy = this.options.restart ?? 'no';
    const comesBack =
      policy === 'always' || policy === 'unless-stopped' || (policy === 'on-failure' && code !== 0);
    this.#status = comesBack ? 'restarting' : 'exited';
    if (this.options.autoRemove && !comesBack) this.remove();
    return this;
  }

  /** A signal from outside. SIGKILL and, as most programs do, SIGTERM end it. */
  kill(signal: number = 9): this {
    this.#world.emitContainer(this, 'kill', { signal: String(signal) });
    if (signal !== 9 && signal !== 15) return this;
    if (this.isUp) {
      this.#closeLog(128 + signal);
      this.#tellDeath();
    }
    this.#status = 'exited';
    return this;
  }

  /** The program obeys SIGTERM at once. */
  stop(exitCode = 143): this {
    if (!this.isUp) return this;
    this.#world.emitContainer(this, 'kill', { signal: '15' });
    this.#closeLog(exitCode);
    const isNew = this.#world.generation === '28.5';
    if (isNew) this.#world.emitContainer(this, 'stop');
    this.#tellDeath();
    if (!isNew) this.#world.emitContainer(this, 'stop');
    return this;
  }

  restart(exitCode = 143): this {
    this.stop(exitCode);
    this.start();
    this.#world.emitContainer(this, 'restart');
    return this;
  }

  /** The kernel's memory killer ends it. */
  oom(): this {
    this.oomKilled = true;
    this.#world.emitContainer(this, 'oom');
    return this.exit(137);
  }

  rename(name: string): this {
    const oldName = `/${this.#name}`;
    this.#name = name;
    this.#world.emitContainer(this, 'rename', { oldName });
    return this;
  }

  pause(): this {
    this.#status = 'paused';
    this.#world.emitContainer(this, 'pause');
    return this;
  }

  unpause(): this {
    this.#status = 'running';
    this.#world.emitContainer(this, 'unpause');
    return this;
  }

  becomes(health: 'healthy' | 'unhealthy'): this {
    this.health = health;
    this.#world.emitContainer(this, `health_status: ${health}`);
    return this;
  }

  /** A command runs inside: three events. */
  exec(command: string, exitCode = 0): this {
    const execID = this.id.slice(0, 32).repeat(2);
    this.#world.emitContainer(this, `exec_create: ${command}`, { execID });
    this.#world.emitContainer(this, `exec_start: ${command}`, { execID });
    this.#world.emitContainer(this, 'exec_die', { execID, exitCode: String(exitCode) });
    return this;
  }

  /** Any other event about this container. */
  emit(action: string, attributes: Record<string, string> = {}): this {
    this.#world.emitContainer(this, action, attributes);
    return this;
  }

  /** From here until `remove()` its log is refused with 409. */
  beginRemoval(): this {
    this.#status = 'removing';
    return this;
  }

  /** As `docker rm -f`. */
  remove(): void {
    if (this.isUp) this.kill();
    this.#world.forget(this);
    this.#world.emitContainer(this, 'destroy');
  }

  /** From now on it uses this much of the machine. */
  uses(load: Partial<Load>): this {
    this.#load = { ...this.#load, ...load };
    this.#usage?.change(this.#load, this.#world.now());
    return this;
  }

  get load(): Load {
    return this.#load;
  }

  /** The counters at a moment of this run; undefined where it does not run. */
  countersAt(nanos: bigint): Counters | undefined {
    return this.isUp ? this.#usage?.at(nanos) : undefined;
  }

  /** Answers `/stats` with this from now on, e.g. a recorded or hand-written body. */
  answerStatsWith(sample: unknown): this {
    this.#sample = sample;
    return this;
  }

  get fixedSample(): unknown {
    return this.#sample;
  }

  #closeLog(code: number): void {
    this.#outputs.close();
    this.exitCode = code;
    this.finishedNanos = this.#world.now();
    this.#status = 'exited';
  }

  #tellDeath(): void {
    const ranNanos = (this.finishedNanos ?? 0n) - (this.startedNanos ?? 0n);
    const duration = { execDuration: String(secondsOf(ranNanos)) };
    this.#world.emitContainer(this, 'die', {
      exitCode: String(this.exitCode),
      ...(this.#world.generation === '28.5' ? duration : {}),
    });
    this.#emitNetwork('disconnect');
  }

  #emitNetwork(action: 'connect' | 'disconnect'): void {
    if (this.options.network !== 'host') this.#world.emitNetwork(this, action);
  }
}
