/** Why a state directory cannot be used. */
export type StateErrorKind =
  /** It cannot be made or written. */
  | 'unwritable'
  /** A newer version wrote it. */
  | 'future';

/** The message says what is wrong with which directory, and what to do. */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly kind: StateErrorKind;

  constructor(kind: StateErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** Who holds a state directory, as far as it says. */
export interface LockHolder {
  /** As the holder sees itself: in a container mostly 1. */
  readonly pid?: number;
  /** Its host name: in a container mostly the beginning of the container's id. */
  readonly host?: string;
}

/** Another process holds the directory's lock. */
export class StateLockedError extends Error {
  override readonly name = 'StateLockedError';
  readonly holder: LockHolder;

  constructor(directory: string, holder: LockHolder) {
    const { pid = 'unknown', host } = holder;
    const where = host === undefined ? '' : ` on ${host}`;
    super(
      `${directory} is in use by another agent (pid ${pid}${where}); stop that one, or give this one a state.directory of its own`,
    );
    this.holder = holder;
  }
}
