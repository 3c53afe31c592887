import { PythonError } from "./error.ts";

const words = 624;
const middle = 397;

/** CPython's `random.Random` under a whole-number seed: MT19937 seeded by the array of the seed's 32-bit words. */
export class PythonRandom {
  readonly #state: Uint32Array;
  #at = words;
  #drawn = 0;

  /**
   * The generator after some draws; with `drawn` of an earlier one it goes on where that was.
   *
   * @param seed A whole number from 0.
   * @param drawn How many 32-bit words were drawn before.
   */
  constructor(seed: number, drawn: number = 0) {
    this.#state = seeded(seed);
    while (this.#drawn < drawn) this.#word();
  }

  /** How many 32-bit words were drawn. */
  get drawn(): number {
    return this.#drawn;
  }

  /** A float in [0, 1) of 53 bits. */
  random(): number {
    const [high, low] = [this.#word() >>> 5, this.#word() >>> 6];
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** A float between two bounds. */
  uniform(from: number, to: number): number {
    return from + (to - from) * this.random();
  }

  /**
   * A whole number from `from` to `to`, both included; the range has at most 2³² numbers.
   *
   * @throws {PythonError} If the range is empty.
   */
  randint(from: number, to: number): number {
    if (to < from) {
      throw new PythonError(
        "ValueError",
        `empty range for randrange() (${from}, ${to + 1}, ${to - from + 1})`,
      );
    }
    return from + this.#below(to - from + 1);
  }

  /** The whole number below a bound, drawn by bits and again while too large. */
  #below(bound: number): number {
    const bits = Math.floor(Math.log2(bound)) + 1;
    let drawn = this.#bits(bits);
    while (drawn >= bound) drawn = this.#bits(bits);
    return drawn;
  }

  #bits(count: number): number {
    if (count <= 32) return this.#word() >>> (32 - count);
    const low = this.#word();
    return (this.#word() >>> (64 - count)) * 2 ** 32 + low;
  }

  #word(): number {
    if (this.#at === words) this.#twist();
    let word = this.#state[this.#at++] ?? 0;
    this.#drawn++;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let at = 0; at < words; at++) {
      const [here, next] = [state[at] ?? 0, state[(at + 1) % words] ?? 0];
      const joined = (here & 0x80000000) | (next & 0x7fffffff);
      state[at] = (state[(at + middle) % words] ?? 0) ^ (joined >>> 1) ^ (next & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }
}

/** The state for a seed, by the reference implementation's `init_by_array`. */
function seeded(seed: number): Uint32Array {
  const key = [seed >>> 0];
  for (let rest = Math.floor(seed / 2 ** 32); rest > 0; rest = Math.floor(rest / 2 ** 32)) {
    key.push(rest >>> 0);
  }
  const state = new Uint32Array(words);
  state[0] = 19650218;
  for (let at = 1; at < words; at++) {
    const before = state[at - 1] ?? 0;
    state[at] = Math.imul(1812433253, before ^ (before >>> 30)) + at;
  }
  let at = 1;
  const advance = (): void => {
    if (++at < words) return;
    state[0] = state[words - 1] ?? 0;
    at = 1;
  };
  const mixed = (factor: number): number => {
    const before = state[at - 1] ?? 0;
    return (state[at] ?? 0) ^ Math.imul(before ^ (before >>> 30), factor);
  };
  for (let round = 0; round < Math.max(words, key.length); round++) {
    const part = round % key.length;
    state[at] = mixed(1664525) + (key[part] ?? 0) + part;
    advance();
  }
  for (let round = 0; round < words - 1; round++) {
    state[at] = mixed(1566083941) - at;
    advance();
  }
  state[0] = 0x80000000;
  return state;
}
