/** A measured point. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Points and the line through them, for people. */
export interface Chart {
  readonly title: string;
  /** With units. */
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly Point[];
  readonly fit: { readonly intercept: number; readonly slope: number };
}
