/** A clause of the sink contract that binds the sink, as `docs/specs/sink.md` has it. */
export interface Clause {
  readonly sentence: string;
  /** `destination`: a destination may be unable to show it, and a harness then says why. */
  readonly dependsOn: 'sink' | 'destination';
}

const sink = (sentence: string) => ({ sentence, dependsOn: 'sink' }) as const;
const destination = (sentence: string) => ({ sentence, dependsOn: 'destination' }) as const;

/** By number. The other clauses of the contract bind the agent. */
export const clauses = {
  '1.2': sink('`type` is made of lower-case letters, digits and `-`.'),
  '1.3': sink('`contract` is `1`.'),
  '1.4': sink('`summary` is one sentence, and `stability` is `stable`, `beta` or `experimental`.'),
  '1.5': sink('`accepts` lists kinds of records: `log`, `stat`, `event`.'),
  '1.6': sink('`token` is `required`, `optional` or `none`, and no option takes its place.'),
  '1.7': sink('`options` is a JSON Schema 2020-12 object in the closed subset.'),
  '1.9': sink('Every option has a description.'),
  '1.10': sink('Every default is valid by the schema that it stands in.'),
  '1.11': sink('The schema takes what `create` can use, and refuses what it cannot.'),
  '1.12': sink('`needs` names what there is to need.'),
  '1.13': sink('`defaults` holds only what it may, within bounds.'),
  '1.14': sink('`create` returns the sink at once and does no I/O.'),
  '1.15': sink('Each sink that `create` makes stands for itself.'),
  '2.3': sink('A token shows nowhere.'),
  '2.4': destination('A token is no part of a URL.'),
  '2.5': sink('A log line is a constant sentence, with its facts as fields.'),
  '3.2': destination(
    '`open`, where there is one, rejects with the status where the credentials are refused.',
  ),
  '3.3': sink('`open` can be called again after it failed.'),
  '3.5': sink(
    '`close`, where there is one, settles also without an `open`, or after one that failed.',
  ),
  '3.6': sink('After `close` nothing of the sink is left.'),
  '3.9': sink('When its signal aborts, a call settles within 100 ms and leaves nothing running.'),
  '3.10': sink('A sink changes neither a record nor the list.'),
  '3.11': sink('A sink leaves the process alone.'),
  '3.12': sink('A sink does not retry.'),
  '4.1': destination('A resolved `write` transfers responsibility.'),
  '4.2': sink('Every record of every accepted kind arrives.'),
  '4.3': sink('The same batch may come again.'),
  '5.1': destination('A 429 is retryable, after the time that it names.'),
  '5.2': destination('A 5xx is retryable.'),
  '5.3': destination('A connection that breaks is retryable.'),
  '5.4': destination('An answer that makes no sense is retryable.'),
  '5.5': destination('Silence is neither acceptance nor refusal.'),
  '5.6': destination('Any other 4xx is permanent.'),
  '5.7': destination('A batch that is too large is said to be: `status: 413`.'),
  '5.8': destination('Refused credentials are said to be: `status: 401` or `403`.'),
  '5.9': destination('A partial refusal names the right records.'),
  '5.10': destination('A message says what was being done and what came back.'),
  '6.1': destination('The records of a batch arrive in their order.'),
  '6.2': sink('Writes may overlap, and each speaks of its own batch.'),
  '7.1': sink('A log record may be a view on bytes.'),
  '7.4': sink('Fields that a sink does not know are no reason to fail.'),
  '7.5': sink('Any text may come.'),
} as const satisfies Readonly<Record<string, Clause>>;

/** `'5.1'`: section and number in `docs/specs/sink.md`. */
export type ClauseNumber = keyof typeof clauses;

/** The clauses that a destination may be unable to show. */
export type DestinationClause = {
  [N in ClauseNumber]: (typeof clauses)[N]['dependsOn'] extends 'destination' ? N : never;
}[ClauseNumber];

/** All of them, in the order of the contract. */
export const clauseNumbers: readonly ClauseNumber[] = Object.keys(clauses).filter(isClauseNumber);

function isClauseNumber(text: string): text is ClauseNumber {
  return Object.hasOwn(clauses, text);
}
