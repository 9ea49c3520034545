import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Sync = (...args: unknown[]) => unknown;

/** Calls the function, and says which of Node's synchronous functions for files it used. */
export function syncFilesUsedBy(call: () => void): readonly string[] {
  const used: string[] = [];
  const replaced = Object.entries(fs).filter(([name]) => name.endsWith('Sync'));
  for (const [name, original] of replaced) {
    Reflect.set(fs, name, function (this: unknown, ...args: unknown[]): unknown {
      // Loading a module late reads files, too, and is not the sink's doing.
      if (!/node:internal\/modules/.test(new Error('stack').stack ?? '')) used.push(name);
      return (original as Sync).apply(this, args);
    });
  }
  syncBuiltinESMExports();
  try {
    call();
  } finally {
    for (const [name, original] of replaced) Reflect.set(fs, name, original);
    syncBuiltinESMExports();
  }
  return used;
}
