const masked = '[secret]';

/**
 * A credential. It prints as `[secret]` wherever it is shown: strings, JSON, `console.log`, `util.inspect`.
 * Call {@link Secret.reveal} only where the bytes leave the process.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The credential itself. Never put it into a URL, a log line or an error. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return masked;
  }

  toJSON(): string {
    return masked;
  }

  /** Node's hook for `util.inspect` and `console.log`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return masked;
  }
}
