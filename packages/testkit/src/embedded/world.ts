import { createHash } from 'node:crypto';
import type { Clock } from '@tallyman/sdk';
import { type ContainerOptions, type ContainerWorld, EmbeddedContainer } from './container.ts';
import { EventRing } from './event-ring.ts';
import type { SampleHost } from './sample.ts';
import { NanoClock } from './time.ts';

/**
 * What changed between the engines that were recorded. 28.5: `stop` is told before `die`, `die` says how long
 * the container ran, a one-shot sample has neither name nor id.
 */
export type EngineGeneration = '20.10' | '28.5';

/**
 * 20.10 ends a follow when the container's log is closed, whether or not the follower has read it all: two of
 * three followers miss an unterminated rest, and one in some dozens misses the end of a burst (461 of 3000 lines
 * were seen to). What a follower got is always a prefix, and a later read has everything. 28.5 was never seen to.
 */
export type EndOfFollow = 'complete' | 'without-unfinished' | { readonly missingEntries: number };

/** What an engine says of itself. */
export interface EngineIdentity {
  readonly name: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly minApiVersion: string;
  readonly generation: EngineGeneration;
  /** What a follower still gets when the program ends. */
  readonly endOfFollow: EndOfFollow;
  readonly host: SampleHost;
}

/** The containers of the embedded engine and the memory of what happened to them. */
export class World implements ContainerWorld {
  readonly identity: EngineIdentity;
  readonly events = new EventRing();
  readonly networkId: string;
  readonly #clock: NanoClock;
  readonly #containers = new Map<string, EmbeddedContainer>();
  #made = 0;

  constructor(identity: EngineIdentity, clock: Clock) {
    this.identity = identity;
    this.#clock = new NanoClock(clock);
    this.networkId = hexId(identity.name, 'bridge');
  }

  get generation(): EngineGeneration {
    return this.identity.generation;
  }

  get endOfFollow(): EndOfFollow {
    return this.identity.endOfFollow;
  }

  now(): bigint {
    return this.#clock.now();
  }

  shiftClock(ms: number): void {
    this.#clock.shift(ms);
  }

  /** Newest first, as engines list them. */
  get containers(): readonly EmbeddedContainer[] {
    return [...this.#containers.values()].reverse();
  }

  create(options: ContainerOptions): EmbeddedContainer {
    if (this.containers.some(({ name }) => name === options.name))
      throw new Error(`creating the embedded container ${options.name}: the name is taken`);
    // Ids follow from the order of creation, so that runs can be compared.
    const id = hexId(this.identity.name, String(this.#made++), options.name);
    const imageId = `sha256:${hexId('image', options.image ?? '')}`;
    const container = new EmbeddedContainer(id, imageId, options, this);
    this.#containers.set(id, container);
    return container;
  }

  /** By id, name (with or without the slash) or an unambiguous beginning of the id. */
  find(reference: string): EmbeddedContainer | undefined {
    const name = reference.replace(/^\//, '');
    const named = this.containers.find((each) => each.id === name || each.name === name);
    if (named) return named;
    const [found, ...others] = this.containers.filter(({ id }) => id.startsWith(name));
    return others.length === 0 ? found : undefined;
  }

  forget(container: EmbeddedContainer): void {
    this.#containers.delete(container.id);
  }

  clear(): void {
    this.#containers.clear();
  }

  emitContainer(
    container: EmbeddedContainer,
    action: string,
    extra?: Record<string, string>,
  ): void {
    const { image, labels, name } = container;
    const attributes = { ...labels, image, name, ...extra };
    this.events.emit({
      type: 'container',
      action,
      actorId: container.id,
      attributes,
      timeNanos: this.now(),
    });
  }

  emitNetwork(container: EmbeddedContainer, action: 'connect' | 'disconnect'): void {
    const attributes = { container: container.id, name: 'bridge', type: 'bridge' };
    this.events.emit({
      type: 'network',
      action,
      actorId: this.networkId,
      attributes,
      timeNanos: this.now(),
    });
  }
}

function hexId(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex');
}
