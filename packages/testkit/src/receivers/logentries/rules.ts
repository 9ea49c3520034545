import type { LogentriesRule } from './types.ts';

// Wire contract 2.2, "Max line": the server's own limit is not documented; token and newline count towards it.
const longestLineBytes = 65_536;
// 2.2: the token is a UUID at the start of the line; r7insight_docker's expression, in lower case.
const tokenPattern = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const tokenLength = 36;
const space = 0x20;
const carriageReturn = 0x0d;
const newline = 0x0a;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type JudgedLine =
  | { readonly token: string; readonly event: string }
  | { readonly rule: LogentriesRule };

/** One line of the token protocol, without its newline. */
export function judgeLine(line: Buffer): JudgedLine {
  // 2.2: 65,536 bytes with token and newline.
  if (line.length + 1 > longestLineBytes) return { rule: 'length' };
  const token = line.toString('latin1', 0, tokenLength);
  if (!isToken(token)) return { rule: 'token' };
  // 2.2, "Framing": token, one space, event. A second space would become part of the event.
  if (line[tokenLength] !== space || line[tokenLength + 1] === space) return { rule: 'space' };
  return judgeEvent(token, line.subarray(tokenLength + 1));
}

/** The body of a webhook's request: one event (2.5). */
export function judgeBody(token: string, body: Buffer): JudgedLine {
  // 2.5: whether a newline splits the body is not documented, so there must be none.
  if (body.includes(newline)) return { rule: 'newline' };
  return judgeEvent(token, body);
}

export function isToken(text: string): boolean {
  return tokenPattern.test(text);
}

function judgeEvent(token: string, event: Buffer): JudgedLine {
  if (event.length === 0) return { rule: 'empty' };
  // 2.2: "strip/replace \r yourself, and NUL".
  if (event.includes(carriageReturn)) return { rule: 'carriage-return' };
  if (event.includes(0)) return { rule: 'nul' };
  try {
    // 2.2: UTF-8; so a character is never cut where a long line is.
    return { token, event: utf8.decode(event) };
  } catch {
    return { rule: 'utf-8' };
  }
}
