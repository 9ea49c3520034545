import { type Clock, messageOf } from '@tallyman/sdk';
import type { AgentState } from '../admin/state.ts';
import type { AdminError } from './admin-error.ts';
import { type Figures, History } from './figures.ts';
import { frameOf } from './frame.ts';
import { Terminal } from './terminal.ts';
import { type Key, type Page, pressed, type View } from './view.ts';

const tickMs = 1_000;

/** The screen of `tallyman top`, and what its keys do. Takes the terminal over until it is disposed of. */
export class LiveTable implements Disposable {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #quit: () => void;
  readonly #history = new History();
  #figures: Figures;
  #figuresAtMs: number;
  #view: View;
  #page: Page = { above: 0, size: 1, total: 0 };
  #error: AdminError | undefined;
  #cancelTick = () => {};

  constructor(
    first: AgentState,
    {
      view,
      clock,
      colors,
      quit,
    }: {
      readonly view: View;
      readonly clock: Clock;
      readonly colors: 'on' | 'off';
      readonly quit: () => void;
    },
  ) {
    this.#view = view;
    this.#clock = clock;
    this.#quit = quit;
    this.#figures = this.#history.add(first);
    this.#figuresAtMs = clock.monotonicMs();
    this.#terminal = new Terminal({
      colors,
      onKey: (key) => this.#press(key),
      onResize: () => this.#draw(),
      onGone: quit,
    });
    this.#draw();
  }

  /** Shows a newer state. */
  show(state: AgentState): void {
    this.#figures = this.#history.add(state);
    this.#figuresAtMs = this.#clock.monotonicMs();
    this.#error = undefined;
    this.#cancelTick();
    this.#draw();
  }

  /** Says that there are no newer figures, until there are. */
  showLoss(error: AdminError): void {
    this.#error = error;
    this.#tick();
  }

  [Symbol.dispose](): void {
    this.#cancelTick();
    this.#terminal[Symbol.dispose]();
  }

  /** The age of the figures counts on although nothing comes. */
  #tick(): void {
    this.#cancelTick();
    this.#draw();
    this.#cancelTick = this.#clock.after(tickMs, () => this.#tick());
  }

  #press(key: Key): void {
    const next = pressed(this.#view, key, this.#page);
    if (next === 'quit') this.#quit();
    else if (next === 'suspend') this.#terminal.suspend();
    else {
      this.#view = next;
      this.#draw();
    }
  }

  #draw(): void {
    const away =
      this.#error === undefined
        ? undefined
        : {
            message: messageOf(this.#error),
            seconds: (this.#clock.monotonicMs() - this.#figuresAtMs) / 1_000,
          };
    const { lines, page } = frameOf(this.#figures, {
      view: this.#view,
      size: this.#terminal.size,
      away,
    });
    this.#page = page;
    this.#terminal.draw(lines);
  }
}
