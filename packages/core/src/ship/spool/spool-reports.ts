import { messageOf } from '@tallyman/sdk';
import type { Diagnostics } from '../../vitals/log.ts';
import type { Recovery } from './recovery.ts';

const namesShown = 10;

/** What a spool says of its directory and its disk: each thing once, until it is over. */
export class SpoolReports {
  readonly #log: Diagnostics;
  readonly #directory: string;
  #saidFull = false;

  constructor(log: Diagnostics, directory: string) {
    this.#log = log;
    this.#directory = directory;
  }

  recovered({ damages, aside, foreign }: Recovery): void {
    for (const { path: file, problem, kind, batches } of damages) {
      const fields = { file, problem, batches };
      if (kind === 'newer')
        this.#log.error(
          fields,
          'A file of the disk queue was written by a newer version of the agent and is not delivered. Start that version again to deliver it, or delete the file.',
        );
      else
        this.#log.error(
          fields,
          'A file of the disk queue is damaged: what is good in it will be delivered, the rest is lost from disk. Logs are read again from the engine where it still has them. The file is kept and takes room; delete it once you do not need it.',
        );
    }
    if (aside.files > 0)
      this.#log.warn(
        { directory: this.#directory, ...aside },
        'Damaged files of the disk queue (*.damaged-*) are kept and take room; delete them once you do not need them.',
      );
    if (foreign.length > 0)
      this.#log.warn(
        { directory: this.#directory, names: foreign.slice(0, namesShown), count: foreign.length },
        'There is something in the directory of the disk queue that is not its own. It is left alone and takes room; move it elsewhere.',
      );
  }

  unusable(error: unknown): void {
    this.#log.error(
      { directory: this.#directory, error: messageOf(error) },
      'The directory of the disk queue cannot be used: what earlier runs left in it is not delivered, and records are held in memory alone. Check the directory and start the agent again.',
    );
  }

  failed(error: unknown): void {
    this.#log.error(
      { directory: this.#directory, error: messageOf(error) },
      'The disk queue cannot be written to any more: records are held in memory alone, what is stored will be delivered. Check the disk and start the agent again.',
    );
  }

  full(error: unknown): void {
    if (this.#saidFull) return;
    this.#saidFull = true;
    this.#log.warn(
      { directory: this.#directory, error: messageOf(error) },
      'The disk is full: records are held in memory alone until there is room again.',
    );
  }

  /** Something was stored. */
  stored(): void {
    if (!this.#saidFull) return;
    this.#saidFull = false;
    this.#log.info({ directory: this.#directory }, 'There is room on the disk again.');
  }

  notSetAside(file: string, error: unknown): void {
    this.#log.warn(
      { file, error: messageOf(error) },
      'A damaged file of the disk queue could not be renamed; it will be reported again at the next start.',
    );
  }
}
