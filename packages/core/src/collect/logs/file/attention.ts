import { basename, dirname } from 'node:path';
import type { Clock } from '@tallyman/sdk';
import type { ReadTurns } from './turns.ts';
import type { FolderWatches, Watch } from './watches.ts';

/**
 * What is to be done about a file.
 * - `changed`: read it, when it is its turn
 * - `renamed`: its name came or went
 * - `suspect`: read it, and see whether it has its name still
 * - `polled`, `polled suspect`: the same at once, as this is its turn
 */
export type Notice = 'changed' | 'renamed' | 'suspect' | 'polled' | 'polled suspect';

export interface AttentionSettings {
  readonly watches: Pick<FolderWatches, 'watch'>;
  readonly turns: ReadTurns;
  /** Whether the file may go unwatched. */
  readonly polling: 'allowed' | 'never';
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

// For what the kernel does not tell of; and where it tells nothing.
const [heartbeatMs, unwatchedMs] = [1_000, 250];
// Told of as often between two turns, a file is looked at in each turn instead; and no more when it was in vain.
const [frequentChanges, mostInVain] = [2, 3];
// Counted for one change that nobody told of.
const usualEntryBytes = 200;

/**
 * Knows when to look at a log file. The kernel tells of each change, which costs more than to look every 100 ms at
 * a file that changes all the time: while many files do, those are polled.
 */
export class Attention {
  readonly #folder: string;
  readonly #name: string;
  readonly #settings: AttentionSettings;
  readonly #notice: (notice: Notice) => void;
  #watch: Watch | undefined;
  #endPolling: (() => void) | undefined;
  /** That were told of since the file was read. */
  #changes = 0;
  #inVain = 0;
  #cancelHeartbeat = () => {};

  constructor(path: string, settings: AttentionSettings, notice: (notice: Notice) => void) {
    this.#folder = dirname(path);
    this.#name = basename(path);
    this.#settings = settings;
    this.#notice = notice;
  }

  /** Whether nothing goes unnoticed. */
  get isTold(): boolean {
    return this.#watch?.isTold ?? false;
  }

  begin(): void {
    this.#startWatching();
    this.#beat();
  }

  end(): void {
    this.#cancelHeartbeat();
    this.#endPolling?.();
    this.#watch?.stop();
  }

  /** To be called whenever all was read that is there: so many bytes since the last time. Chooses how to go on. */
  wasRead(bytes: number): 'as before' | 'watched again' | 'polled from now on' {
    const { turns, polling } = this.#settings;
    if (this.#endPolling === undefined) {
      const isFrequent = this.#changes >= frequentChanges && turns.isBusy;
      this.#changes = 0;
      if (!isFrequent || !this.isTold || polling === 'never') return 'as before';
      this.#startPolling();
      return 'polled from now on';
    }
    turns.changed(Math.ceil(bytes / usualEntryBytes));
    this.#inVain = bytes > 0 ? 0 : this.#inVain + 1;
    if (turns.isBusy && this.#inVain < mostInVain) return 'as before';
    this.#endPolling();
    this.#endPolling = undefined;
    this.#startWatching();
    return 'watched again';
  }

  #startPolling(): void {
    this.#watch?.stop();
    this.#watch = undefined;
    this.#inVain = 0;
    this.#endPolling = this.#settings.turns.poll(() =>
      this.#notice(this.#inVain > 0 ? 'polled suspect' : 'polled'),
    );
  }

  #startWatching(): void {
    this.#watch = this.#settings.watches.watch(this.#folder, (event, name) => {
      if (name !== this.#name) return;
      this.#changes++;
      this.#settings.turns.changed(1);
      this.#notice(event === 'rename' ? 'renamed' : 'changed');
    });
  }

  #beat(): void {
    const { clock, random } = this.#settings;
    const ms = this.isTold || this.#endPolling !== undefined ? heartbeatMs : unwatchedMs;
    this.#cancelHeartbeat = clock.after(ms * (0.5 + random()), () => {
      this.#notice('suspect');
      this.#beat();
    });
  }
}
