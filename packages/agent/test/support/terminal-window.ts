import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from './agent-process.ts';
import { until } from './until.ts';

/** Whether there is a terminal to be had: tmux. */
export const hasTerminal = spawnSync('tmux', ['-V']).status === 0;

export interface WindowOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A real terminal: a tmux of its own, whose shell runs the program. To be held with `using`. */
export class TerminalWindow implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tallyman-window-'));
  readonly #socket = join(this.#folder, 'tmux');

  constructor({ columns, rows, env = {} }: WindowOptions) {
    const { PATH = '', HOME = '' } = process.env;
    const size = ['-x', `${columns}`, '-y', `${rows}`];
    execFileSync(
      'tmux',
      [
        '-S',
        this.#socket,
        '-f',
        '/dev/null',
        '-u',
        'new-session',
        '-d',
        ...size,
        'env',
        'PS1=$ ',
        'sh',
      ],
      { env: { PATH, HOME, LANG: 'C.UTF-8', ...env } },
    );
  }

  /**
   * Clears the screen and types `tallyman ARGS`, or another program, into the shell, which says at the end:
   * `ended with CODE`.
   */
  run(args: readonly string[], file: string = program): void {
    const words = [process.execPath, file, ...args].map((word) => `'${word}'`);
    this.#tmux('send-keys', '-R');
    this.#tmux('send-keys', '-l', `clear; ${words.join(' ')}; echo "ended with $?"`);
    this.keys('Enter');
  }

  /** Presses keys, as tmux names them. */
  keys(...names: readonly string[]): void {
    this.#tmux('send-keys', ...names);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** What it shows, row by row. */
  get rows(): readonly string[] {
    return this.#tmux('capture-pane', '-p').replace(/\n$/, '').split('\n');
  }

  /** The same with its escape codes. */
  get styled(): string {
    return this.#tmux('capture-pane', '-p', '-e');
  }

  /** What a format of tmux says, such as `#{alternate_on}`. */
  says(format: string): string {
    return this.#tmux('display-message', '-p', format).trimEnd();
  }

  /** Waits until some of its rows look like this, and gives all of them. */
  showing(row: RegExp): Promise<readonly string[]> {
    const found = () => {
      const { rows } = this;
      return rows.some((one) => row.test(one)) && rows;
    };
    return until(found, `the terminal shows ${row}`, { state: () => this.rows.join('\n') });
  }

  /** The process that the shell runs. */
  get pid(): number {
    const shell = this.says('#{pane_pid}');
    return Number(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8'));
  }

  [Symbol.dispose](): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, '-u', ...args], { encoding: 'utf8' });
  }
}
