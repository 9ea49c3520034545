/** Puts a text in a colour. */
export type Paint = (text: string) => string;

/** The few colours that the pretty format uses. */
export interface Colors {
  readonly dim: Paint;
  readonly bold: Paint;
  readonly red: Paint;
  /** Told apart easily, on light and dark ground. */
  readonly names: readonly Paint[];
}

// Our own, because both a colour library and util.styleText look at process.stdout: already that makes Node
// set O_NONBLOCK for every process which shares our standard output.
const foreground =
  (code: number): Paint =>
  (text) =>
    `\x1b[${code}m${text}\x1b[39m`;
const weight =
  (code: number): Paint =>
  (text) =>
    `\x1b[${code}m${text}\x1b[22m`;
const plain: Paint = (text) => text;

/** ECMA-48 SGR: cyan, yellow, green, magenta and blue, then their bright forms. */
export const ansiColors: Colors = {
  dim: weight(2),
  bold: weight(1),
  red: foreground(31),
  names: [36, 33, 32, 35, 34, 96, 93, 92, 95, 94].map(foreground),
};

export const noColors: Colors = { dim: plain, bold: plain, red: plain, names: [plain] };

/** Whether colours are wanted (https://no-color.org, https://force-color.org): an empty variable does not count. */
export function wantsColor(isTerminal: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTerminal && TERM !== 'dumb';
}
