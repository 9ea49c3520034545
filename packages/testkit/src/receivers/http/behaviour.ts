import type { HttpAnswerStep, HttpFault, HttpStep } from './steps.ts';

const slowBytesPerSecond = 16 * 1024;

/** What a step's short name stands for. */
export function detailOf(step: HttpStep): HttpAnswerStep {
  if (typeof step === 'object') return step;
  if (step === 'ok') return {};
  if (step === 'slow-read') return { readBytesPerSecond: slowBytesPerSecond };
  if (isFault(step)) return { fault: step };
  const status = Number(step);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new Error(`following a receiver's script: there is no step "${step}"`);
  return { status };
}

/** Whether what was sent is accepted under this step. */
export function isAccepting({ accept, fault, status }: HttpAnswerStep): boolean {
  return accept === 'first' || (status === undefined && fault === undefined);
}

function isFault(step: string): step is HttpFault {
  const faults: readonly string[] = [
    'reset',
    'reset-early',
    'reset-mid-body',
    'hang',
    'hang-after-headers',
    'close',
    'garbage',
  ] satisfies readonly HttpFault[];
  return faults.includes(step);
}
