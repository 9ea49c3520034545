import type { TcpStep, TcpStepDetail } from './steps.ts';

const slowBytesPerSecond = 64 * 1024;

/** What a step's short name stands for. */
export function detailOf(step: Exclude<TcpStep, { refuseForMs: number }>): TcpStepDetail {
  switch (step) {
    case 'ok':
      return {};
    case 'never-read':
      return { read: 'never' };
    case 'slow-read':
      return { read: { bytesPerSecond: slowBytesPerSecond } };
    case 'half-open':
      return { onEnd: 'nothing' };
    case 'early-fin':
      return { breakWith: 'fin' };
    case 'fin-then-reset':
    case 'reset':
      return { breakWith: step };
    default:
      return step;
  }
}

export function isRefusal(step: TcpStep | undefined): step is { readonly refuseForMs: number } {
  return typeof step === 'object' && 'refuseForMs' in step;
}
