interface Link<T> {
  readonly item: T;
  before: Link<T> | undefined;
  after: Link<T> | undefined;
}

/** Different things in an order, whose neighbours are known. No operation but walking depends on their number. */
export class LinkedSet<T> {
  readonly #links = new Map<T, Link<T>>();
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;

  get size(): number {
    return this.#links.size;
  }

  get first(): T | undefined {
    return this.#first?.item;
  }

  get last(): T | undefined {
    return this.#last?.item;
  }

  /** What comes just before the item. */
  before(item: T): T | undefined {
    return this.#links.get(item)?.before?.item;
  }

  /** What comes just after the item. */
  after(item: T): T | undefined {
    return this.#links.get(item)?.after?.item;
  }

  /** Puts the item, which is not in the set, last. */
  push(item: T): void {
    const link: Link<T> = { item, before: this.#last, after: undefined };
    if (this.#last) this.#last.after = link;
    else this.#first = link;
    this.#last = link;
    this.#links.set(item, link);
  }

  /** Puts the item, which is not in the set, first. */
  unshift(item: T): void {
    const link: Link<T> = { item, before: undefined, after: this.#first };
    if (this.#first) this.#first.before = link;
    else this.#last = link;
    this.#first = link;
    this.#links.set(item, link);
  }

  /** Takes the item out. False where it is not in the set. */
  delete(item: T): boolean {
    const link = this.#links.get(item);
    if (!link) return false;
    if (link.before) link.before.after = link.after;
    else this.#first = link.after;
    if (link.after) link.after.before = link.before;
    else this.#last = link.before;
    // Otherwise one link that is old keeps all that come after it from being collected while they are young.
    link.before = undefined;
    link.after = undefined;
    return this.#links.delete(item);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let link = this.#first; link; ) {
      // The one that is looked at may be taken out meanwhile.
      const { item, after } = link;
      yield item;
      link = after;
    }
  }
}
