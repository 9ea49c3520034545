import { messageOf } from '@tallyman/sdk';
import { LogFileError } from '../../decode/entry.ts';
import type { ContainerDetails } from '../../decode/inspect.ts';
import { shortId } from '../../decode/log.ts';
import type { LogSettings } from '../../settings.ts';
import type { Counters } from '../../vitals/counters.ts';
import type { Diagnostics } from '../../vitals/log.ts';
import type { LogQuery } from '../engine.ts';
import { TooManyFilesError } from './file/descriptors.ts';
import type { FileLogs } from './file/file-logs.ts';
import { inodeAt, isMissing } from './file/open-file.ts';
import { visibilityOf } from './file/visibility.ts';
import type { FolderProof } from './folder-proof.ts';
import type { LogBytes, LogOwner, LogStore } from './store.ts';

export interface ChosenLogsSettings {
  readonly engine: LogStore;
  /** Absent: the engine's files are out of reach, as it does not run on this host or says not where it keeps them. */
  readonly files?: { readonly store: FileLogs; readonly proof: FolderProof };
  readonly reader: LogSettings['reader'];
  readonly log: Diagnostics;
  readonly counters: Counters;
}

/** Why a log is read from the engine, and what could be done about it. */
export const engineReasons = {
  asked: 'collect.logs.reader says so',
  elsewhere:
    'the engine is not reached over a unix socket of this host: use reader: auto or engine',
  driver: 'its log driver keeps no file that can be read: json-file and local do',
  no_file: 'there is no file of it beside those of other containers',
  not_visible:
    'its folder is not there: mount the engine’s containers folder read-only, at the same path',
  denied: 'its folder may not be opened: run the agent as root, or give it CAP_DAC_READ_SEARCH',
  other_engine: 'the folder is that of another engine: mount the one of this engine',
  failed: 'reading its file failed before',
} as const;

type Reason = keyof typeof engineReasons;

/**
 * Reads each log from its file where that can be done, otherwise from the engine; decided anew for every reading, as
 * a place in a log is the same in both.
 */
export class ChosenLogs implements LogStore {
  readonly #settings: ChosenLogsSettings;
  readonly #failed = new Set<string>();
  readonly #warned = new Set<string>();
  #hasWarnedOfLimit = false;
  readonly #choices = new Map<string, 'file' | Reason>();
  /** Where each log was read from last. */
  readonly #read = new Map<string, 'engine' | 'file'>();

  constructor(settings: ChosenLogsSettings) {
    this.#settings = settings;
  }

  /** A container that will be started in a moment. */
  created(id: string): void {
    this.#settings.files?.store.created(id);
  }

  /** Takes note of a container's state. */
  changed(container: ContainerDetails): void {
    this.#choose(container);
    this.#settings.files?.store.changed(container);
  }

  gone(id: string): void {
    this.#settings.files?.store.gone(id);
  }

  /** Whether the log of a container is open although nobody reads it yet. */
  holds(id: string): boolean {
    return this.#settings.files?.store.holds(id) ?? false;
  }

  /** Where the log of a container is read from: as it was last, and before that as it is meant to be. */
  sourceOf(id: string): 'engine' | 'file' {
    return this.#read.get(id) ?? (this.#choices.get(id) === 'file' ? 'file' : 'engine');
  }

  /** Nothing of the container is read any more. */
  forget(id: string): void {
    this.#settings.files?.store.forget(id);
    for (const known of [this.#failed, this.#warned, this.#choices, this.#read]) known.delete(id);
  }

  /** Nothing is read any more. */
  stop(): void {
    this.#settings.files?.store.stop();
  }

  /** The engine was reached anew: it may be another one. */
  reconnected(): void {
    this.#settings.files?.proof.renew();
  }

  /** Says how many logs are read in which way. */
  say(): void {
    const { reader, log } = this.#settings;
    if (reader !== 'auto' && reader !== 'file') return;
    const counts: Partial<Record<'file' | Reason, number>> = {};
    for (const choice of this.#choices.values()) counts[choice] = (counts[choice] ?? 0) + 1;
    const { file: fromFiles = 0, ...fromEngine } = counts;
    log.info({ fromFiles, fromEngine }, 'Reading logs.');
  }

  async read(container: LogOwner, query: LogQuery, signal: AbortSignal): Promise<LogBytes> {
    const { files } = this.#settings;
    const isFile = this.#choose(container) === 'file' && files !== undefined;
    const bytes = isFile ? await this.#fromFile(files, container, query, signal) : undefined;
    this.#read.set(container.id, bytes === undefined ? 'engine' : 'file');
    return bytes ?? this.#settings.engine.read(container, query, signal);
  }

  /** Nothing where the engine is to be asked. Rejects only with the signal's reason. */
  async #fromFile(
    { store, proof }: NonNullable<ChosenLogsSettings['files']>,
    container: LogOwner,
    query: LogQuery,
    signal: AbortSignal,
  ): Promise<LogBytes | undefined> {
    const where = store.pathOf(container);
    if (where === undefined || !(store.holds(container.id) || inodeAt(where.path)))
      return undefined;
    if (!(await proof.isTheEngines(container, signal))) {
      this.#warnIfAsked(container, 'other_engine');
      return undefined;
    }
    try {
      const bytes = await store.read(container, query, signal);
      return { ...bytes, pump: (take) => this.#pump(container, bytes, take) };
    } catch (error) {
      signal.throwIfAborted();
      // It has no log yet, or is removed: the engine knows.
      if (error instanceof TooManyFilesError) this.#warnOfLimit(error);
      else if (!isMissing(error)) this.#fail(container, error);
      return undefined;
    }
  }

  async #pump(
    container: LogOwner,
    bytes: LogBytes,
    take: Parameters<LogBytes['pump']>[0],
  ): Promise<void> {
    try {
      await bytes.pump(take);
    } catch (error) {
      if (error instanceof LogFileError) this.#fail(container, error);
      throw error;
    }
  }

  #warnOfLimit(error: TooManyFilesError): void {
    if (this.#hasWarnedOfLimit) return;
    this.#hasWarnedOfLimit = true;
    this.#settings.log.warn(
      { error: error.message },
      'More logs than files may be open, further ones are read from the engine; raise the limit (ulimit -n).',
    );
  }

  #fail({ id, name }: LogOwner, error: unknown): void {
    this.#failed.add(id);
    this.#settings.counters.add('log_file_failures');
    this.#settings.log.warn(
      { container: name, id: shortId(id), error: messageOf(error) },
      'The log file of a container cannot be read, its log is read from the engine instead.',
    );
  }

  #choose(container: LogOwner): 'file' | Reason {
    const choice = this.#choiceOf(container);
    this.#choices.set(container.id, choice);
    if (choice !== 'file' && choice !== 'failed' && choice !== 'no_file')
      this.#warnIfAsked(container, choice);
    return choice;
  }

  #choiceOf(container: LogOwner): 'file' | Reason {
    const { reader, files } = this.#settings;
    if (reader === 'engine' || reader === 'attach') return 'asked';
    if (files === undefined) return 'elsewhere';
    if (this.#failed.has(container.id)) return 'failed';
    const where = files.store.pathOf(container);
    if (where === undefined) return 'driver';
    return files.store.holds(container.id) ? 'file' : visibilityOf(where.root);
  }

  #warnIfAsked({ id, name }: LogOwner, reason: Reason): void {
    if (this.#settings.reader !== 'file' || this.#warned.has(id)) return;
    this.#warned.add(id);
    this.#settings.log.warn(
      { container: name, id: shortId(id), reason: engineReasons[reason] },
      'The log of a container is read from the engine: its file is out of reach.',
    );
  }
}
