import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';

/**
 * A real pipe for a child's standard output: what Node makes with `stdio: 'pipe'` is a pair of sockets, which
 * behaves differently when its reader stalls or goes away.
 */
export class Pipe {
  /** To be handed to the child; {@link handedOver} closes our own copy. */
  readonly writingEnd: number;
  /** Takes nothing before somebody listens. */
  readonly reader: Socket;
  #isOurs = true;

  constructor(folder: string) {
    const path = join(folder, 'stdout.pipe');
    execFileSync('mkfifo', ['--mode=666', path]);
    const readingEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.writingEnd = openSync(path, constants.O_WRONLY);
    // The next process in the folder has a pipe of its own.
    rmSync(path);
    this.reader = new Socket({ fd: readingEnd, readable: true, writable: false });
  }

  /** The child has its copy: from now on the reader sees the end when the child ends. */
  handedOver(): void {
    if (this.#isOurs) closeSync(this.writingEnd);
    this.#isOurs = false;
  }

  [Symbol.dispose](): void {
    this.handedOver();
    this.reader.destroy();
  }
}
