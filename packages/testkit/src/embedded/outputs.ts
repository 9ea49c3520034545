import { Attachments } from './attachments.ts';
import { Copier, type LogStorage } from './copier.ts';
import type { Rotation } from './log-files.ts';
import { LogStore, type OutputStream } from './log-store.ts';
import type { EndOfFollow, EngineGeneration } from './world.ts';

/** What decides how an output becomes a log. */
export interface OutputSettings {
  readonly tty: boolean;
  /** Of the log. */
  readonly driver: string;
  readonly rotation: Rotation | undefined;
  readonly generation: EngineGeneration;
  readonly endOfFollow: EndOfFollow;
  readonly now: () => bigint;
}

/** What a container writes, on its way into its log. */
export class Outputs {
  readonly log: LogStore;
  readonly attachments: Attachments;
  readonly #settings: OutputSettings;
  #copiers: Readonly<Record<OutputStream, Copier>>;
  #stampNanos: bigint | undefined;

  constructor(settings: OutputSettings) {
    this.#settings = settings;
    this.log = new LogStore(settings.rotation);
    this.attachments = new Attachments(settings.tty);
    this.#copiers = this.#freshCopiers();
  }

  /** A run begins. */
  open(): void {
    this.#copiers = this.#freshCopiers();
    this.log.openRun();
  }

  print(stream: OutputStream, bytes: Uint8Array, stampNanos: bigint | undefined): void {
    this.#stampNanos = stampNanos;
    // The terminal's output processing (onlcr) happens in the kernel, before the engine sees the bytes.
    const written = this.#settings.tty ? withCarriageReturns(bytes) : bytes;
    const output = this.#settings.tty ? 'stdout' : stream;
    this.attachments.write(output, written);
    this.#copiers[output].write(written);
    this.#stampNanos = undefined;
  }

  /** The run ends; what had no newline yet is written now. */
  close(): void {
    const { endOfFollow } = this.#settings;
    if (endOfFollow === 'without-unfinished') this.log.closeRun(0);
    this.#copiers.stdout.end();
    this.#copiers.stderr.end();
    this.log.closeRun(typeof endOfFollow === 'object' ? endOfFollow.missingEntries : 0);
    this.attachments.end();
  }

  #freshCopiers(): Readonly<Record<OutputStream, Copier>> {
    const now = () => this.#stampNanos ?? this.#settings.now();
    const storage = storageOf(this.#settings);
    const copier = (stream: OutputStream) =>
      new Copier(now, storage, (payload, timeNanos) =>
        this.log.append({ stream, timeNanos, payload }),
      );
    return { stdout: copier('stdout'), stderr: copier('stderr') };
  }
}

function storageOf({ driver, generation }: OutputSettings): LogStorage {
  const isLocal = driver === 'local';
  return {
    bytes: isLocal ? 'as-they-are' : 'as-text',
    newlineAfterPieces: isLocal && generation === '20.10' ? 'lost' : 'kept',
  };
}

function withCarriageReturns(bytes: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}
