import type { DestinationClause } from './clauses.ts';
import type { Behaviour } from './harness.ts';

/** The clause that each behaviour of a destination belongs to: where that does not apply, it is not asked for. */
export const behaviourClauses: Readonly<Record<Behaviour['kind'], DestinationClause | undefined>> =
  {
    accept: undefined,
    limit: '5.1',
    unavailable: '5.2',
    reset: '5.3',
    garbage: '5.4',
    silence: '5.5',
    refuse: '5.6',
    'too-large': '5.7',
    unauthorised: '5.8',
    partial: '5.9',
  };
