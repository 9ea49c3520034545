import type { Clock } from '@tallyman/sdk';

export interface SaverPorts {
  /** Saves everything as it is when called. */
  readonly save: () => Promise<void>;
  readonly clock: Clock;
  /** Called with the first failure of a row. */
  readonly failed: (error: unknown) => void;
  /** Called with the first success after failures. */
  readonly recovered: () => void;
}

const delayMs = 1_000;

/** Saves what changes, at most a second after the change, one save at a time, and tries again where one fails. */
export class Saver {
  readonly #ports: SaverPorts;
  #isChanged = false;
  #isFailing = false;
  #isClosed = false;
  #cancel: (() => void) | undefined;
  #saving: Promise<void> | undefined;

  constructor(ports: SaverPorts) {
    this.#ports = ports;
  }

  /** Whether the last change is saved. */
  get isSaved(): boolean {
    return !this.#isChanged && this.#saving === undefined;
  }

  changed(): void {
    this.#isChanged = true;
    if (this.#isClosed || this.#cancel !== undefined) return;
    this.#cancel = this.#ports.clock.after(delayMs, () => {
      this.#cancel = undefined;
      void this.saved();
    });
  }

  /** Saves now, where anything changed that is not saved. Never rejects. */
  async saved(): Promise<void> {
    // One that is under way may have begun before the last change.
    while (this.#saving !== undefined) await this.#saving;
    if (!this.#isChanged) return;
    this.#saving = this.#save();
    await this.#saving;
  }

  /** Saves for the last time. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.saved();
  }

  async #save(): Promise<void> {
    this.#isChanged = false;
    try {
      await this.#ports.save();
      if (this.#isFailing) this.#ports.recovered();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#ports.failed(error);
      this.#isFailing = true;
      this.changed();
    } finally {
      this.#saving = undefined;
    }
  }
}
