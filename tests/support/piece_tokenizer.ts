import type { Tokenizer } from "exitlab/lib/engine/engine.ts";

/** Ends a message, and a response. */
const end = 0;

/** Open a message; no text has these ids, whatever it says. */
const roles = { system: 1, user: 2, assistant: 3, tool: 4 } as const;

/** How many ids there are. */
const vocabulary = 2 ** 31;

/**
 * A tokenizer of words and signs with a chat frame, as those of large models are: each piece of text is a token, with the
 * blanks before it. A piece has the same id in every process.
 */
export function pieceTokenizer(): Tokenizer {
  const pieces = new Map<number, string>();
  const idOf = (piece: string): number => {
    const id = pieceId(piece);
    if ((pieces.get(id) ?? piece) !== piece) {
      throw new Error(`Cannot tell "${piece}" from "${pieces.get(id)}"`);
    }
    pieces.set(id, piece);
    return id;
  };
  const encode = (text: string): number[] =>
    (text.match(/\s*[\p{L}\p{N}]+|\s*[^\s\p{L}\p{N}]|\s+/gu) ?? []).map(idOf);
  return {
    vocabulary,
    stop: [end],
    encodeChat: (messages) => [
      ...messages.flatMap(({ role, content }) => [roles[role], ...encode(content), end]),
      roles.assistant,
    ],
    encodeResponse: (text) => [...encode(text), end],
    decode: (tokens) => tokens.map((id) => pieces.get(id) ?? "").join(""),
  };
}

/** A hash (FNV-1a) above the ids of the frame. */
function pieceId(piece: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < piece.length; at++) hash = Math.imul(hash ^ piece.charCodeAt(at), 0x01000193);
  return Math.max(5, hash >>> 1);
}
