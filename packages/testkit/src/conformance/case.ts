import type { SinkFault } from './report.ts';
import type { Subject } from './subject.ts';

/** Shows that a sink keeps one clause. Rejects with {@link Violation} where it does not. */
export type Case = (subject: Subject) => Promise<void>;

/** What a case throws where the clause is broken. */
export class Violation extends Error {
  readonly fault: SinkFault;

  constructor(fault: SinkFault) {
    super(`expected ${fault.expected}; seen: ${fault.seen}`);
    this.name = 'Violation';
    this.fault = fault;
  }
}

/** What a case throws where there is nothing to show. */
export class NotApplicable extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'NotApplicable';
  }
}
