/** What a receiver's process is asked: one JSON object a line on its standard input, after that of its options. */
export type Question<Step = unknown> =
  | { readonly ask: 'script'; readonly steps: readonly Step[] }
  | { readonly ask: 'always'; readonly step: Step }
  | { readonly ask: 'refuse' | 'listen' | 'cut' | 'ledger' | 'counts' | 'clear' };

/**
 * What it says: one JSON object a line on its standard output, in the order of the questions. The first is its
 * address.
 */
export interface Reply<Result = unknown> {
  readonly result?: Result;
  readonly error?: string;
}
