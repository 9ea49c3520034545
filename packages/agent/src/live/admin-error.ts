/** The agent was not reached, or has not answered as one. */
export class AdminError extends Error {
  /** What to do, a line each. */
  readonly help: readonly string[];

  constructor(message: string, help: readonly string[], options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'AdminError';
    this.help = help;
  }

  /** An answer that makes no sense here. */
  static strange(what: string): AdminError {
    return new AdminError(what, [
      'Is this the admin address of a Tallyman agent, and of the same version as this program?',
    ]);
  }
}
