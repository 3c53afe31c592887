import type { Machine } from "./forward.ts";

/** Keys and values of tokens, block by block: a cached row is [keys of all heads, values of all heads]. */
export class KeyValueCache {
  readonly #address: number;
  readonly #tokens: number;
  readonly #rowBytes: number;

  /** Room for `tokens` tokens. */
  constructor({ arena, layout }: Machine, tokens: number) {
    const { width, layers } = layout.shape;
    this.#address = arena.numbers(2 * width * layers * tokens);
    this.#tokens = tokens;
    this.#rowBytes = 8 * width;
  }

  /** The address of a token's row in a block. */
  at(layer: number, token: number): number {
    return this.#address + (layer * this.#tokens + token) * this.#rowBytes;
  }
}
