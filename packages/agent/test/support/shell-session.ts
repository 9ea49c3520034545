import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './until.ts';

const execute = promisify(execFile);
const limitMs = 120_000;

/** What a person does in a shell: one command after another, each where the last one went. To be held with `await using`. */
export class ShellSession implements AsyncDisposable {
  readonly #env: Readonly<Record<string, string>>;
  readonly #notes = mkdtempSync(join(tmpdir(), 'tallyman-shell-'));
  readonly #terminals: Terminal[] = [];
  #folder: string;

  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#env = env;
  }

  /** Runs commands to their end. Resolves to what they print, rejects with all that they said where one fails. */
  async run(commands: string): Promise<string> {
    const place = join(this.#notes, 'folder');
    const ended = execute('sh', ['-ec', `${commands}\npwd >'${place}'`], {
      cwd: this.#folder,
      env: this.#env,
      timeout: limitMs,
    });
    const { stdout } = await ended.catch(({ code, stdout, stderr }) => {
      throw new Error(`running ${commands}: exit code ${code}\n${stdout}${stderr}`);
    });
    this.#folder = readFileSync(place, 'utf8').trimEnd();
    return stdout;
  }

  /** Starts a command in a terminal of its own, in the same folder. */
  open(command: string): Terminal {
    const terminal = new Terminal(command, this.#folder, this.#env);
    this.#terminals.push(terminal);
    return terminal;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#terminals.map((terminal) => terminal.kill()));
    rmSync(this.#notes, { recursive: true });
  }
}

/** A command that goes on until it is interrupted. */
export class Terminal {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** Both outputs, as they came. */
  shown = '';

  constructor(command: string, cwd: string, env: Readonly<Record<string, string>>) {
    // A process group of its own, as a terminal has one.
    this.#child = spawn('sh', ['-c', command], { cwd, env, detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.shown += text;
      });
    this.#ended = once(this.#child, 'close');
  }

  /** Waits until it shows this. */
  showing(text: string | RegExp): Promise<true> {
    const shows = () => this.shown.search(text) >= 0;
    return until(() => shows() || undefined, `the terminal shows ${text}`, {
      limitMs: 60_000,
      state: () => `It shows:\n${this.shown.slice(-4_000)}`,
    });
  }

  /** Ctrl-C: all that runs in the terminal hears of it. Resolves when it has ended. */
  async interrupt(): Promise<void> {
    this.#signal('SIGINT');
    await this.#ended;
  }

  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#ended;
  }

  #signal(name: NodeJS.Signals): void {
    if (this.#child.pid === undefined || this.#child.exitCode !== null) return;
    try {
      process.kill(-this.#child.pid, name);
    } catch {
      // The whole group has ended.
    }
  }
}
