import type { HttpCounts, HttpStep, ReceivedRequest } from '../http/steps.ts';
import type {
  LibratoCounts,
  LibratoLedger,
  LibratoOptions,
  LibratoStep,
} from '../librato/types.ts';
import type { LogentriesLedger, LogentriesOptions, LogentriesTally } from '../logentries/types.ts';
import type { ReceiverOptions } from '../receiver.ts';
import type { TcpCounts, TcpLedger, TcpStep } from '../tcp/steps.ts';

/** The receivers by name, with what each is given and gives. */
export interface ReceiverKinds {
  readonly http: {
    options: ReceiverOptions;
    step: HttpStep;
    ledger: readonly ReceivedRequest[];
    counts: HttpCounts;
  };
  readonly tcp: { options: ReceiverOptions; step: TcpStep; ledger: TcpLedger; counts: TcpCounts };
  readonly librato: {
    options: LibratoOptions;
    step: LibratoStep;
    ledger: LibratoLedger;
    counts: LibratoCounts;
  };
  readonly logentries: {
    options: LogentriesOptions;
    step: TcpStep;
    ledger: LogentriesLedger;
    counts: TcpCounts & LogentriesTally;
  };
  readonly 'logentries-webhook': {
    options: LogentriesOptions;
    step: HttpStep;
    ledger: LogentriesLedger;
    counts: HttpCounts & LogentriesTally;
  };
}

export type ReceiverKind = keyof ReceiverKinds;
