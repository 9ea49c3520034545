import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./programs/hold.ts', import.meta.url));

/** What a process says about its try to take a lock. */
export interface Attempt {
  readonly held: boolean;
  readonly holder?: { readonly pid?: number; readonly host?: string };
  readonly error?: string;
}

/** A process that takes a directory's lock and stays. To be held with `await using`. */
export class HoldingProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** Resolves once it has tried. */
  readonly attempt: Promise<Attempt>;

  constructor(directory: string, stay: 'stay' | 'leave' = 'stay') {
    this.#child = spawn(process.execPath, ['--no-warnings', program, directory, stay], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#ended = once(this.#child, 'close');
    this.attempt = this.#firstLine();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves to how it ended by itself. */
  async ended(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #firstLine(): Promise<Attempt> {
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('reading what the process says: it has no output');
    for await (const line of createInterface(stdout)) return JSON.parse(line);
    throw new Error('reading what the process says: it said nothing');
  }
}
