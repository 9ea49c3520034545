import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/** What was made while a sink was called, by the sink or by what it uses. */
export class Resources {
  /** What was done to the process, in words. */
  readonly deeds = new Set<string>();
  readonly #made: { readonly type: string; readonly resource: object }[] = [];

  /** Calls the function; what is made in it, and in all that follows from it, is noted here. */
  watch<T>(call: () => T): T {
    return watched.run(this, call);
  }

  /** Types of what reaches beyond the process, or waits: sockets, files, processes, timers. */
  get ioTypes(): readonly string[] {
    return this.#made.map(({ type }) => type).filter((type) => ioTypes.test(type));
  }

  /** Types of what is there still, and would keep a process alive that wants to end. */
  get left(): readonly string[] {
    return this.#made.filter(isLeft).map(({ type }) => type);
  }

  note(type: string, resource: object): void {
    // Promises and ticks, of which there are many, are neither I/O nor handles.
    if (ioTypes.test(type)) this.#made.push({ type, resource });
  }
}

const watched = new AsyncLocalStorage<Resources>();

/** Of the call that what is running now follows from, if that is watched. */
export function watchedNow(): Resources | undefined {
  return watched.getStore();
}

const ioTypes =
  /^(TCP|TLS|PIPE|TTY|UDP|FS|FILE|STAT|GETADDRINFO|GETNAMEINFO|QUERY|PROCESS|SIGNAL|WORKER|MESSAGEPORT|HTTP|Timeout)/;

/** While it is enabled, what is made is noted. */
export const noting = createHook({
  init: (_id, type, _trigger, resource) => watched.getStore()?.note(type, resource),
});

function isLeft({ type, resource }: { readonly type: string; readonly resource: object }): boolean {
  if (type === 'FILEHANDLE') return 'fd' in resource && Number(resource.fd) >= 0;
  return (
    'hasRef' in resource && typeof resource.hasRef === 'function' && resource.hasRef() === true
  );
}
