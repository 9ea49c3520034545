import { type ContainerRecord, encodeRecord } from '@tallyman/sdk';
import type { Format } from './format.ts';
import { inParts, jsonCost, type Part } from './pieces.ts';

/** Records in their documented form. Log records go from bytes to bytes. */
export const jsonFormat: Format = {
  write: encodeRecord,
  pieces: (record, limitBytes) => {
    const { kind, id, time } = record;
    if (record.kind !== 'log') return jsonPieces(record, { kind, id, time }, limitBytes);
    const { message, ...frame } = { ...plain(record), message: record.message };
    return (
      messagePieces(
        message,
        (piece, part) => ({ ...frame, message: piece, ...part }),
        limitBytes,
      ) ?? jsonPieces(record, { kind, id, time }, limitBytes)
    );
  },
};

/** Objects that each carry a piece of the message. Undefined where the rest of the object leaves no room for it. */
export function messagePieces(
  message: string,
  frame: (piece: string, part: Part) => object,
  limitBytes: number,
): readonly string[] | undefined {
  return inParts(message, (piece, part) => JSON.stringify(frame(piece, part)), {
    limitBytes,
    costOf: jsonCost,
  });
}

/** An object of any form as several: each carries `identity` and, under `json`, a piece of the object's JSON. */
export function jsonPieces(whole: object, identity: object, limitBytes: number): readonly string[] {
  const frame = (json: string, part: Part) => ({ ...identity, ...part, json });
  return messagePieces(JSON.stringify(whole), frame, limitBytes) ?? [];
}

/** A view on bytes as the object that its JSON says. */
function plain(record: ContainerRecord): object {
  const copy: unknown = JSON.parse(JSON.stringify(record));
  return typeof copy === 'object' && copy !== null ? copy : {};
}
