import { expect } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { openSpool } from '../../../src/ship/spool/disk-spool.ts';
import type { Spool, SpoolEntry, SpoolFrame } from '../../../src/ship/spool/spool.ts';
import { SpoolError } from '../../../src/ship/spool/spool.ts';
import { SpoolSpace } from '../../../src/ship/spool/spool-space.ts';
import { logInto } from '../lane-under-test.ts';
import { type Call, type Crash, FaultyDisk } from './faulty-disk.ts';
import { seen } from './frames.ts';
import { directory } from './spool-under-test.ts';

/** `perhaps`: nothing is promised of it. It may come back, as what it was, or not. */
type State = 'stored' | 'released' | 'gone' | 'perhaps';

interface Known {
  readonly id: string;
  /** All that can be seen of it. */
  readonly seen: string;
  state: State;
  entry?: SpoolEntry;
}

const maxBytes = 12_000;
const segmentBytes = 1_500;

/** A spool on a faulty disk, and beside it what must be true of it. */
export class SpoolAndModel {
  readonly disk: FaultyDisk;
  readonly #known = new Map<string, Known>();
  #clock = new VirtualClock();
  #spool!: Spool;
  #faults = 0;
  /** Whether something was damaged that nobody has gone back for. */
  #isDamaged = false;
  /** Files with a byte that was changed. In what was released nobody sees it, until that is forgotten. */
  readonly #damaged = new Set<string>();
  #areReleasesDamaged = false;
  #appended = 0;

  constructor(random: () => number) {
    this.disk = new FaultyDisk(random);
  }

  async open(): Promise<void> {
    this.#clock = new VirtualClock();
    const disk = this.disk.port();
    const clock = this.#clock;
    const space = new SpoolSpace({ directory, maxBytes, clock, disk });
    const log = logInto([]);
    this.disk.heal();
    const bounds = { maxBytes, segmentBytes, space };
    this.#spool = await openSpool({ directory, ...bounds, clock, log, disk });
    this.#faults = this.disk.failed;
    await this.#checkRecovered();
  }

  get stored(): readonly Known[] {
    return [...this.#known.values()].filter(({ state }) => state === 'stored');
  }

  append(frameAt: (place: number) => SpoolFrame): void {
    this.#appended += 1;
    const frame = frameAt(this.#appended);
    const known: Known = { id: frame.id, seen: seen(frame), state: 'perhaps' };
    this.#known.set(frame.id, known);
    const free = this.#spool.freeBytes;
    this.#spool.append(frame).then(
      (entry) => {
        expect(free).toBeGreaterThan(0);
        known.entry = entry;
        known.state = 'stored';
      },
      (error: unknown) => expect(error).toBeInstanceOf(SpoolError),
    );
  }

  async read(which: number): Promise<void> {
    const known = this.#pick(which);
    if (known?.entry === undefined || this.#isDamaged) return;
    const faults = this.disk.failed;
    const reading = this.#spool.read(known.entry).catch((error: unknown) => {
      expect(this.disk.failed).toBeGreaterThan(faults);
      expect(error).toBeInstanceOf(SpoolError);
    });
    const frame = await this.#orDead(reading);
    if (frame !== 'dead' && frame) checkSame(seen(frame), known.seen);
  }

  release(which: number): void {
    const known = this.#pick(which);
    if (known?.entry === undefined) return;
    this.#spool.release(known.entry);
    known.state = 'released';
  }

  async tick(): Promise<void> {
    await this.disk.idle();
    await this.#clock.advance(1_000);
    await this.disk.idle();
    this.#releasesAreFlushed();
  }

  async reopen(): Promise<void> {
    if ((await this.#orDead(this.#spool.close())) === 'dead') return this.crash('power');
    this.#releasesAreFlushed();
    await this.open();
  }

  async crash(kind: Crash): Promise<void> {
    this.disk.crash(kind);
    await this.open();
  }

  /** Changes one byte of one file, while nothing is open. */
  async damage(which: number, at: number): Promise<void> {
    if ((await this.#orDead(this.#spool.close())) === 'dead') this.disk.crash('power');
    else this.#releasesAreFlushed();
    const files = [...this.disk.files()].filter(([, bytes]) => bytes.length > 0);
    const [path, bytes] = files[which % files.length] ?? [];
    if (path !== undefined && bytes !== undefined) {
      const changed = Buffer.from(bytes);
      const byte = at % changed.length;
      changed[byte] = (changed[byte] as number) ^ 0x55;
      this.disk.put(path, changed);
      if (path.endsWith('.released')) this.#areReleasesDamaged = true;
      else {
        this.#isDamaged = true;
        this.#damaged.add(path);
      }
    }
    await this.open();
  }

  async setDamageAside(): Promise<void> {
    if (this.disk.isDead) return;
    const aside = await this.#orDead(this.#spool.setDamageAside());
    if (aside === 'dead' || this.disk.failed > this.#faults) return;
    await this.#expectIntactNext();
  }

  fail(call: Call, code: string, times: number): void {
    this.disk.fail(call, code, times);
  }

  /** Nothing takes more than it may. */
  checkBounds(): void {
    const { usedBytes } = this.disk;
    const { freeBytes } = this.#spool;
    if (usedBytes + freeBytes > maxBytes) expect({ usedBytes, freeBytes }).toBe(maxBytes);
  }

  async #expectIntactNext(): Promise<void> {
    if ((await this.#orDead(this.#spool.close())) === 'dead') return this.crash('power');
    this.#releasesAreFlushed();
    await this.open();
    if (this.disk.failed === this.#faults) expect(this.#spool.isIntact).toBe(true);
    const isLeft = (path: string) => path.includes('.damaged') || this.#damaged.has(path);
    this.#isDamaged = [...this.disk.files().keys()].some(isLeft);
  }

  #releasesAreFlushed(): void {
    if (this.disk.isDead || this.disk.failed > this.#faults) return;
    for (const known of this.#known.values()) if (known.state === 'released') known.state = 'gone';
  }

  async #checkRecovered(): Promise<void> {
    const { recovered, isIntact } = this.#spool;
    const places = recovered.map(({ place }) => place);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(places).size).toBe(places.length);
    const entries = new Map(recovered.map((entry) => [entry.id, entry]));
    for (const known of this.#known.values()) {
      const entry = entries.get(known.id);
      if (entry) await this.#checkFound(known, entry);
      else this.#checkMissing(known, isIntact);
      entries.delete(known.id);
    }
    expect([...entries.keys()]).toEqual([]);
    if (!this.#isDamaged) expect(isIntact).toBe(true);
  }

  async #checkFound(known: Known, entry: SpoolEntry): Promise<void> {
    const mayReturn = known.state !== 'gone' || this.#areReleasesDamaged;
    if (!mayReturn) throw new Error(`${entry.id} was released, and came back`);
    checkSame(seen(await this.#spool.read(entry)), known.seen);
    known.entry = entry;
    known.state = 'stored';
  }

  #checkMissing(known: Known, isIntact: boolean): void {
    if (known.state === 'stored' && isIntact)
      throw new Error(`${known.id} was stored, and is lost`);
    if (known.state === 'stored' || known.state === 'released') known.state = 'perhaps';
    delete known.entry;
  }

  #pick(which: number): Known | undefined {
    const { stored } = this;
    return stored[which % stored.length];
  }

  /** A promise that a machine that stopped never keeps. */
  async #orDead<T>(promise: Promise<T>): Promise<T | 'dead'> {
    const settled = promise.then((value) => ({ value }));
    for (;;) {
      const first = await Promise.race([settled, this.disk.idle()]);
      if (first !== undefined) return first.value;
      if (this.disk.isDead) return 'dead';
    }
  }
}

// Quicker than to expect it each time.
function checkSame(read: string, written: string): void {
  if (read !== written) expect(read).toBe(written);
}
