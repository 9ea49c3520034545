import type { LineOutput } from '../../src/diagnostics/stderr.ts';

/** Keeps what is logged. */
export class Lines implements LineOutput {
  text = '';

  write(line: string): void {
    this.text += line;
  }

  async flush(): Promise<void> {}

  get parsed(): readonly Record<string, unknown>[] {
    return this.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
}
