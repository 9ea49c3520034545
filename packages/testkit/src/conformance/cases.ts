import type { Case } from './case.ts';
import { abortSettles } from './cases/abort.ts';
import * as calls from './cases/calls.ts';
import * as content from './cases/content.ts';
import * as creation from './cases/creation.ts';
import * as definition from './cases/definition.ts';
import * as delivery from './cases/delivery.ts';
import * as failures from './cases/failures.ts';
import * as options from './cases/options.ts';
import { inPart } from './cases/partly.ts';
import { leavesProcessAlone } from './cases/process.ts';
import * as secrecy from './cases/secrecy.ts';
import type { ClauseNumber } from './clauses.ts';

/** What shows that a clause is kept. */
export const cases: Readonly<Record<ClauseNumber, Case>> = {
  '1.2': definition.type,
  '1.3': definition.contract,
  '1.4': definition.summary,
  '1.5': definition.accepts,
  '1.6': definition.token,
  '1.7': options.closedSubset,
  '1.9': options.described,
  '1.10': options.defaultsValid,
  '1.11': options.takesAndRefuses,
  '1.12': definition.needs,
  '1.13': definition.defaults,
  '1.14': creation.noIo,
  '1.15': creation.standsForItself,
  '2.3': secrecy.tokenNowhere,
  '2.4': secrecy.tokenNotInUrl,
  '2.5': secrecy.constantSentence,
  '3.2': calls.provesCredentials,
  '3.3': calls.opensAgain,
  '3.5': calls.closesEarly,
  '3.6': calls.leavesNothing,
  '3.9': abortSettles,
  '3.10': calls.staysUnchanged,
  '3.11': leavesProcessAlone,
  '3.12': calls.doesNotRetry,
  '4.1': delivery.acknowledged,
  '4.2': delivery.everythingArrives,
  '4.3': delivery.mayComeAgain,
  '5.1': failures.limited,
  '5.2': failures.unavailable,
  '5.3': failures.broken,
  '5.4': failures.senseless,
  '5.5': failures.silent,
  '5.6': failures.refused,
  '5.7': failures.tooLarge,
  '5.8': failures.unauthorised,
  '5.9': inPart,
  '5.10': failures.message,
  '6.1': delivery.inOrder,
  '6.2': delivery.mayOverlap,
  '7.1': content.mayBeView,
  '7.4': content.unknownFields,
  '7.5': content.anyText,
};
