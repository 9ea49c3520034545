/** Which of how many. */
export interface Part {
  readonly part: number;
  readonly parts: number;
}

/** Bytes of a character, by its code point, as it will be written. */
type CostOf = (codePoint: number) => number;

/** Bytes in UTF-8. */
export const plainCost: CostOf = (code) =>
  code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

// Escapes of two characters: \b \t \n \f \r and \" \\.
const shortEscapes = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x22, 0x5c]);

/** Bytes in a JSON string. */
export const jsonCost: CostOf = (code) => {
  if (shortEscapes.has(code)) return 2;
  const isEscaped = code < 0x20 || (code >= 0xd800 && code <= 0xdfff);
  return isEscaped ? 6 : plainCost(code);
};

// Less room than this beside the frame is no room: the pieces would be mostly frame.
const leastRoomBytes = 1_024;
const mostParts: Part = { part: 9_999_999, parts: 9_999_999 };

/**
 * Cuts a text between characters, so that what the frame makes of each piece has at most `limitBytes`.
 * Undefined where the frame itself leaves too little room.
 */
export function inParts(
  text: string,
  frame: (piece: string, part: Part) => string,
  { limitBytes, costOf }: { readonly limitBytes: number; readonly costOf: CostOf },
): readonly string[] | undefined {
  const roomBytes = limitBytes - Buffer.byteLength(frame('', mostParts));
  if (roomBytes < leastRoomBytes) return undefined;
  const pieces = cut(text, roomBytes, costOf);
  return pieces.map((piece, index) => frame(piece, { part: index + 1, parts: pieces.length }));
}

function cut(text: string, roomBytes: number, costOf: CostOf): readonly string[] {
  const pieces: string[] = [];
  let from = 0;
  let bytes = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const cost = costOf(code);
    if (bytes + cost > roomBytes) {
      pieces.push(text.slice(from, at));
      from = at;
      bytes = 0;
    }
    bytes += cost;
    at += code > 0xffff ? 2 : 1;
  }
  return [...pieces, text.slice(from)];
}
