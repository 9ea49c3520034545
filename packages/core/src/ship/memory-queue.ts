import type { HeldBatch } from './batch.ts';
import type { BatchQueue } from './queue.ts';

interface Link {
  readonly batch: HeldBatch;
  next: Link | undefined;
}

/** The queue's memory tier: a linked list, so that no operation depends on its length. */
export class MemoryQueue implements BatchQueue {
  #oldest: Link | undefined;
  #newest: Link | undefined;

  push(batch: HeldBatch): void {
    const link: Link = { batch, next: undefined };
    if (this.#newest) this.#newest.next = link;
    else this.#oldest = link;
    this.#newest = link;
  }

  peek(): HeldBatch | undefined {
    return this.#oldest?.batch;
  }

  shift(): HeldBatch | undefined {
    const link = this.#oldest;
    this.#oldest = link?.next;
    if (!this.#oldest) this.#newest = undefined;
    return link?.batch;
  }

  *[Symbol.iterator](): Iterator<HeldBatch> {
    for (let link = this.#oldest; link; link = link.next) yield link.batch;
  }
}
