import { isWithin, type Resources } from './resources.ts';

const printing = ['log', 'info', 'debug', 'dir', 'table'] as const;

/** Notes what a sink does to the process that it lives in, until disposed of. */
export class ProcessWatch implements Disposable {
  readonly #resources: Resources;
  readonly #deeds = new Set<string>();
  readonly #handlersBefore: ReadonlyMap<string, number>;
  readonly #undo: (() => void)[] = [];

  constructor(resources: Resources) {
    this.#resources = resources;
    this.#handlersBefore = handlers();
    this.#replace(process, 'exit', 'called process.exit');
    this.#replace(process, 'abort', 'called process.abort');
    this.#replace(process.stdout, 'write', 'wrote to standard output');
    for (const name of printing)
      this.#replace(console, name, `called console.${name}, which writes to standard output`);
  }

  /** In words. */
  get deeds(): readonly string[] {
    const added = [...handlers()].filter(
      ([event, count]) => count > (this.#handlersBefore.get(event) ?? 0),
    );
    return [
      ...this.#deeds,
      ...added.map(([event]) => `installed a handler of process.on('${event}')`),
    ];
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo();
  }

  /** The sink's own call is noted and comes to nothing; everybody else's goes through. */
  #replace(holder: object, name: string, deed: string): void {
    const original: unknown = Reflect.get(holder, name);
    if (typeof original !== 'function') return;
    const note = (): boolean => {
      const isSinks = isWithin(this.#resources);
      if (isSinks) this.#deeds.add(deed);
      return isSinks;
    };
    Reflect.set(holder, name, function (this: unknown, ...args: readonly unknown[]): unknown {
      return note() ? true : Reflect.apply(original, this, args);
    });
    this.#undo.push(() => Reflect.set(holder, name, original));
  }
}

function handlers(): ReadonlyMap<string, number> {
  const names = process.eventNames().filter((name) => typeof name === 'string');
  return new Map(names.map((name) => [name, process.listenerCount(name)]));
}
