import { emitKeypressEvents } from 'node:readline';
import { isatty } from 'node:tty';
import { systemClock } from '@tallyman/sdk';
import { codeOf, type Output, standardOutput } from '@tallyman/sink-stdout';
import { write } from '../commands/output.ts';
import type { Size } from './frame.ts';
import { type Line, plainText, styledText, widthOfLine } from './line.ts';
import type { Key } from './view.ts';

// ECMA-48 and DEC private modes, as xterm has them; terminals ignore those that they do not know.
const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l';
// The first cancels an escape sequence that is half written.
const leave = '\x18\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';
const beginUpdate = '\x1b[?2026h';
const endUpdate = '\x1b[?2026l';
const eraseToEnd = '\x1b[K';
const eraseAll = '\x1b[2J';

const usualSize: Size = { columns: 80, rows: 24 };

/** Whether a screen can be drawn, and is wanted. */
export function isScreen(): boolean {
  return isatty(1) && process.env.TERM !== 'dumb';
}

/** How wide the terminal is; without one what `COLUMNS` says. */
export function columnsOfOutput(withoutTerminal: number): number {
  if (isatty(1)) return process.stdout.columns || usualSize.columns;
  const said = Number(process.env.COLUMNS);
  return Number.isInteger(said) && said > 0 ? said : withoutTerminal;
}

interface Listeners {
  readonly onKey: (key: Key) => void;
  readonly onResize: () => void;
  /** The terminal is gone. */
  readonly onGone: () => void;
}

/**
 * The terminal of the process, taken over until it is disposed of: the alternate screen, its keys, no cursor. However the
 * process ends, short of SIGKILL, the terminal is given back as it was.
 */
export class Terminal implements Disposable {
  readonly #listeners: Listeners;
  readonly #textOf: (line: Line) => string;
  readonly #output: Output = standardOutput(systemClock);
  #isOpen = false;
  /** What the terminal shows, row by row. */
  #shown: readonly string[] = [];
  #wanted: readonly string[] | undefined;
  #isDrawing = false;

  constructor({ colors, ...listeners }: Listeners & { readonly colors: 'on' | 'off' }) {
    this.#listeners = listeners;
    this.#textOf = colors === 'on' ? styledText : plainText;
    process.on('exit', this.#giveBack);
    // Before the stack is printed, or it would vanish with the alternate screen.
    process.on('uncaughtExceptionMonitor', this.#giveBack);
    process.stdout.on('resize', this.#onResize);
    this.#takeOver();
  }

  get size(): Size {
    const { columns, rows } = process.stdout;
    return { columns: columns || usualSize.columns, rows: rows || usualSize.rows };
  }

  /** Shows these lines. What comes while the terminal takes the last ones waits; only the newest does. */
  draw(lines: readonly Line[]): void {
    const { columns } = this.size;
    // The last column of a full row would be lost to erasing; where there is nothing to erase there is no flicker.
    this.#wanted = lines.map((line) =>
      widthOfLine(line) < columns ? this.#textOf(line) + eraseToEnd : this.#textOf(line),
    );
    if (!this.#isDrawing) void this.#drawWanted();
  }

  /** Ctrl-Z: gives the terminal back until the shell continues the process. */
  suspend(): void {
    process.once('SIGCONT', () => {
      this.#takeOver();
      this.#listeners.onResize();
    });
    this.#giveBack();
    process.kill(process.pid, 'SIGTSTP');
  }

  [Symbol.dispose](): void {
    this.#giveBack();
    process.off('exit', this.#giveBack).off('uncaughtExceptionMonitor', this.#giveBack);
    process.stdout.off('resize', this.#onResize);
  }

  #takeOver(): void {
    this.#isOpen = true;
    this.#shown = [];
    write(1, enter);
    if (!process.stdin.isTTY) return;
    emitKeypressEvents(process.stdin);
    process.stdin.setRawMode(true);
    process.stdin
      .on('keypress', this.#onKeypress)
      .on('end', this.#onGone)
      .on('error', this.#onGone);
    process.stdin.resume();
  }

  readonly #giveBack = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      if (process.stdin.isTTY) {
        process.stdin.off('keypress', this.#onKeypress);
        process.stdin.off('end', this.#onGone).off('error', this.#onGone);
        process.stdin.setRawMode(false);
        process.stdin.pause();
      }
      write(1, leave);
    } catch (error) {
      // A terminal that was closed meanwhile wants nothing back.
      if (codeOf(error) === undefined) throw error;
    }
  };

  readonly #onKeypress = (
    text: string | undefined,
    key: { name?: string; ctrl?: boolean } = {},
  ): void => {
    this.#listeners.onKey({ text, name: key.name, ctrl: key.ctrl === true });
  };

  readonly #onGone = (): void => {
    this.#listeners.onGone();
  };

  readonly #onResize = (): void => {
    // What it shows after a resize is the terminal's affair.
    this.#shown = [];
    this.#listeners.onResize();
  };

  async #drawWanted(): Promise<void> {
    this.#isDrawing = true;
    try {
      while (this.#wanted !== undefined && this.#isOpen) {
        const wanted = this.#wanted;
        this.#wanted = undefined;
        const bytes = Buffer.from(difference(this.#shown, wanted));
        this.#shown = wanted;
        for (let taken = 0; taken < bytes.length && this.#isOpen; )
          taken += await this.#output.write(bytes.subarray(taken));
      }
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      this.#listeners.onGone();
    } finally {
      this.#isDrawing = false;
    }
  }
}

/** What to send so that the terminal shows `next` where it shows `shown`: the rows that differ, as one update. */
export function difference(shown: readonly string[], next: readonly string[]): string {
  const height = Math.max(shown.length, next.length);
  const changes: string[] = shown.length === 0 ? [eraseAll] : [];
  for (let row = 0; row < height; row++) {
    const text = next[row] ?? eraseToEnd;
    if (text !== shown[row]) changes.push(`\x1b[${row + 1};1H${text}`);
  }
  return changes.length === 0 ? '' : `${beginUpdate}${changes.join('')}${endUpdate}`;
}
