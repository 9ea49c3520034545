import { noting, watchedNow } from './resources.ts';

const printing = ['log', 'info', 'debug', 'dir', 'table'];
const listening = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'];

let watchers = 0;
const undo: (() => void)[] = [];

/**
 * As long as one of these is there, what a watched sink makes, and does to the process, is noted with its
 * resources. An end of the process or a line on its output comes to nothing; everybody else's calls go through.
 */
export function startWatching(): Disposable {
  if (watchers++ === 0) {
    noting.enable();
    undo.push(() => noting.disable());
    replaceAll();
  }
  return {
    [Symbol.dispose]: () => {
      if (--watchers > 0) return;
      for (const restore of undo.splice(0)) restore();
    },
  };
}

function replaceAll(): void {
  for (const name of ['exit', 'abort'])
    replace(process, name, { deed: () => `called process.${name}`, outcome: 'kept back' });
  replace(process.stdout, 'write', {
    deed: () => 'wrote to standard output',
    outcome: 'kept back',
  });
  for (const name of printing)
    replace(console, name, {
      deed: () => `called console.${name}, which writes to standard output`,
      outcome: 'kept back',
    });
  for (const name of listening)
    replace(process, name, {
      deed: (event) => `installed a handler: process.${name}('${String(event)}')`,
      outcome: 'let through',
    });
}

interface Replacement {
  readonly deed: (argument: unknown) => string;
  readonly outcome: 'kept back' | 'let through';
}

function replace(holder: object, name: string, { deed, outcome }: Replacement): void {
  const original: unknown = Reflect.get(holder, name);
  if (typeof original !== 'function') return;
  Reflect.set(holder, name, function (this: unknown, ...args: readonly unknown[]): unknown {
    const sink = watchedNow();
    sink?.deeds.add(deed(args[0]));
    return sink !== undefined && outcome === 'kept back'
      ? true
      : Reflect.apply(original, this, args);
  });
  undo.push(() => Reflect.set(holder, name, original));
}
