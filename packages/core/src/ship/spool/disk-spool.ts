import { type Clock, messageOf } from '@tallyman/sdk';
import type { Diagnostics } from '../../vitals/log.ts';
import { setAside } from './damage.ts';
import { type Disk, realDisk } from './disk.ts';
import { isPassing } from './disk-error.ts';
import { damaged } from './payload.ts';
import { decodeFrame, type EncodedFrame, encodeFrame } from './record-codec.ts';
import { type Damage, nothingRecovered, type Recovery, recover } from './recovery.ts';
import { Releases } from './releases.ts';
import { Room } from './room.ts';
import type { StoredFrame } from './segment.ts';
import { defaultSegmentBytes } from './segment-format.ts';
import { payloadOf } from './segment-reader.ts';
import { frameOverheadBytes, SegmentWriter } from './segment-writer.ts';
import { type Spool, type SpoolEntry, SpoolError, type SpoolFrame } from './spool.ts';
import { SpoolReports } from './spool-reports.ts';
import type { SpoolSpace } from './spool-space.ts';

export interface SpoolSettings {
  /** Of this spool alone; made where it is not there. */
  readonly directory: string;
  /** Of all its files. */
  readonly maxBytes: number;
  /** What all spools share. */
  readonly space: SpoolSpace;
  readonly clock: Clock;
  readonly log: Diagnostics;
  readonly disk?: Disk;
  /** When to begin the next file; 8 MiB by default, less in a small spool. */
  readonly segmentBytes?: number;
}

/** So that a spool that is full gets room back before all of it is delivered. */
const leastSegments = 8;
const leastSegmentBytes = 64 * 1024;

/**
 * Opens the spool of a lane. Whatever is wrong with the directory and its files is reported and survived: where
 * nothing can be done with it at all, the spool has failed from the start.
 */
export async function openSpool(settings: SpoolSettings): Promise<Spool> {
  const { directory, log, space, disk = realDisk } = settings;
  const reports = new SpoolReports(log, directory);
  try {
    await disk.makeDirectory(directory);
    const recovery = await recover(directory, disk);
    await space.look();
    reports.recovered(recovery);
    return new DiskSpool(settings, reports, recovery);
  } catch (error) {
    reports.unusable(error);
    return new DiskSpool(settings, reports, messageOf(error));
  }
}

interface Append {
  readonly encoded: EncodedFrame;
  readonly promisedBytes: number;
  readonly stored: PromiseWithResolvers<SpoolEntry>;
}

const flushMs = 1_000;
const tryAgainMs = 1_000;

class DiskSpool implements Spool {
  readonly recovered: readonly SpoolEntry[];
  readonly isIntact: boolean;
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #room: Room;
  readonly #reports: SpoolReports;
  readonly #writer: SegmentWriter;
  readonly #releases: Releases;
  readonly #frames = new Map<SpoolEntry, StoredFrame>();
  #damages: readonly Damage[];
  #waiting: Append[] = [];
  #working: Promise<void> | undefined;
  #isFlushDue = false;
  #cancelFlush: (() => void) | undefined;
  #fullUntilMs = Number.NEGATIVE_INFINITY;
  #failure: string | undefined;
  #closing: Promise<void> | undefined;

  /** `found`: what is there, or why that cannot be known. */
  constructor(settings: SpoolSettings, reports: SpoolReports, found: Recovery | string) {
    const { directory, maxBytes, space, clock, disk = realDisk } = settings;
    const { frames, segments, damages, heldBytes, nextNumber } =
      typeof found === 'string' ? nothingRecovered : found;
    this.#directory = directory;
    this.#disk = disk;
    this.#clock = clock;
    this.#reports = reports;
    this.#room = new Room(maxBytes, space);
    this.#room.count(heldBytes);
    this.#releases = new Releases({
      directory,
      disk,
      removed: (bytes) => {
        this.#room.removed(bytes);
        this.#fullUntilMs = Number.NEGATIVE_INFINITY;
      },
    });
    this.#writer = new SegmentWriter({
      directory,
      disk,
      room: this.#room,
      firstNumber: nextNumber,
      segmentBytes: segmentBytesOf(settings),
      retired: (segment) => this.#releases.retired(segment),
    });
    for (const frame of frames) this.#frames.set(frame.entry, frame);
    this.recovered = frames.map(({ entry }) => entry);
    this.isIntact = typeof found !== 'string' && damages.length === 0;
    this.#damages = damages;
    if (typeof found === 'string') this.#failure = found;
    for (const segment of segments) this.#releases.retired(segment);
    this.#wake();
  }

  get freeBytes(): number {
    if (this.#failure !== undefined || this.#closing !== undefined) return 0;
    if (this.#clock.monotonicMs() < this.#fullUntilMs) return 0;
    return Math.max(0, this.#room.freeBytes - frameOverheadBytes);
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  async append(frame: SpoolFrame): Promise<SpoolEntry> {
    const storing = `storing a batch of ${frame.records.length} records on disk`;
    if (this.#closing) throw new SpoolError('failed', `${storing}: the disk queue is closed`);
    if (this.#failure !== undefined) throw new SpoolError('failed', `${storing}: ${this.#failure}`);
    const { freeBytes } = this;
    const encoded = freeBytes > 0 ? encodeFrame(frame) : undefined;
    if (encoded === undefined || encoded.payload.length > freeBytes)
      throw new SpoolError('full', `${storing}: ${this.#room.shortage}`);

    const promisedBytes = encoded.payload.length + frameOverheadBytes;
    const stored = Promise.withResolvers<SpoolEntry>();
    this.#room.promise(promisedBytes);
    this.#waiting.push({ encoded, promisedBytes, stored });
    this.#wake();
    return stored.promise;
  }

  async read(entry: SpoolEntry): Promise<SpoolFrame> {
    const frame = this.#frames.get(entry);
    if (frame === undefined) throw damaged(`${entry.id} is not stored`);
    return decodeFrame(await payloadOf(frame, this.#disk));
  }

  release(entry: SpoolEntry): void {
    const frame = this.#frames.get(entry);
    if (frame === undefined || this.#closing) return;
    this.#frames.delete(entry);
    this.#releases.release(frame);
    if (this.#releases.isAnyDone) this.#wake();
    this.#flushSoon();
  }

  bound(maxBytes: number): void {
    this.#room.bound(maxBytes);
  }

  async setDamageAside(): Promise<void> {
    const damages = this.#damages;
    this.#damages = [];
    await setAside(damages, this.#directory, this.#disk, this.#reports);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#cancelFlush?.();
    await this.#working;
    await this.#writer.retire();
    await this.#releases.flush();
    this.#room.close();
  }

  #flushSoon(): void {
    if (this.#closing) return;
    this.#cancelFlush ??= this.#clock.after(flushMs, () => {
      this.#cancelFlush = undefined;
      this.#isFlushDue = true;
      this.#wake();
    });
  }

  #wake(): void {
    this.#working ??= this.#work();
  }

  /** All that changes the disk happens here, one thing after the other. */
  async #work(): Promise<void> {
    // What is appended in the same turn is written together.
    await Promise.resolve();
    while (this.#waiting.length > 0 || this.#releases.isAnyDone || this.#isFlushDue) {
      await this.#releases.remove();
      if (this.#isFlushDue) await this.#flush();
      if (this.#waiting.length > 0) await this.#write();
    }
    this.#working = undefined;
  }

  async #flush(): Promise<void> {
    this.#isFlushDue = false;
    // Its room is wanted back, although it is not full.
    if (this.#waiting.length === 0) await this.#writer.retireReleased();
    await this.#releases.flush();
    if (this.#releases.isAnyUnwritten) this.#flushSoon();
  }

  async #write(): Promise<void> {
    let frames: StoredFrame[];
    try {
      frames = await this.#writer.write(this.#waiting.map(({ encoded }) => encoded));
    } catch (error) {
      this.#refuse(error);
      return;
    }
    this.#reports.stored();
    const written = this.#waiting.splice(0, frames.length);
    written.forEach(({ stored }, at) => {
      const frame = frames[at];
      if (frame === undefined) return;
      this.#frames.set(frame.entry, frame);
      stored.resolve(frame.entry);
    });
  }

  /** What waits to be written is not, as the disk does not take it. */
  #refuse(cause: unknown): void {
    const kind = isPassing(cause) ? 'full' : 'failed';
    if (kind === 'full') {
      this.#reports.full(cause);
      this.#fullUntilMs = this.#clock.monotonicMs() + tryAgainMs;
    } else {
      this.#reports.failed(cause);
      this.#failure = messageOf(cause);
    }
    const refused = this.#waiting;
    this.#waiting = [];
    for (const { promisedBytes, stored, encoded } of refused) {
      this.#room.takeBack(promisedBytes);
      const message = `storing a batch of ${encoded.entry.count} records on disk: ${messageOf(cause)}`;
      stored.reject(new SpoolError(kind, message, { cause }));
    }
  }
}

function segmentBytesOf({ maxBytes, segmentBytes = defaultSegmentBytes }: SpoolSettings): number {
  const share = Math.floor(maxBytes / leastSegments);
  return Math.min(segmentBytes, Math.max(share, leastSegmentBytes));
}
