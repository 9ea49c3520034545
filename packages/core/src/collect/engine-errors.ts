import { messageOf } from '@tallyman/sdk';
import { objectOf, stringOf } from '../decode/json.ts';
import { EngineError, type EngineErrorKind } from './engine.ts';

/** What a failed request is, for whoever must decide what to do about it. Classified once, here. */
export function engineErrorFrom(error: unknown, doing: string, where: string): EngineError {
  const { code, statusCode, message } = objectOf(error);
  const cause = { cause: error };
  if (typeof statusCode === 'number') {
    const said = stringOf(message) ?? '';
    const text = `${doing}: the engine answers ${statusCode} "${said}"`;
    return new EngineError(kindOfStatus(statusCode, said), text, cause);
  }
  const detail = stringOf(code) ?? messageOf(error);
  if (code === 'EACCES' || code === 'EPERM')
    return new EngineError('denied', `${doing}: ${where} may not be opened (${detail})`, cause);
  return new EngineError('unreachable', `${doing}: no answer at ${where} (${detail})`, cause);
}

// A removed container answers 404; one being removed 409 "dead or marked for removal", or on 20.10 500
// because its log file is gone already (measured; moby daemon/logs.go).
function kindOfStatus(status: number, said: string): EngineErrorKind {
  const isGone =
    status === 404 ||
    (status === 409 && /dead|marked for removal|removal/i.test(said)) ||
    (status === 500 && /no such file or directory|no such container|open .*-json\.log/i.test(said));
  if (isGone) return 'gone';
  const isNotReadable = status === 501 || /does not support reading/i.test(said);
  return isNotReadable ? 'not_readable' : 'failed';
}
