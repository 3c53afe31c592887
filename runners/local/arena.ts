/**
 * A worker's part of the shared memory, handed out from front to back and given back at once.
 */
export class Arena {
  readonly #start: number;
  readonly #end: number;
  readonly #memory: WebAssembly.Memory;
  #next: number;

  /** The `bytes` bytes from an address on. */
  constructor(memory: WebAssembly.Memory, start: number, bytes: number) {
    this.#memory = memory;
    this.#start = start;
    this.#end = start + bytes;
    this.#next = start;
  }

  /** Gives everything back, or all that was handed out since `mark`. */
  clear(mark: number = this.#start): void {
    this.#next = mark;
  }

  /** Where the free part begins, for `clear`. */
  mark(): number {
    return this.#next;
  }

  /**
   * The address of room for `count` numbers of 32 bits, aligned to 64 bytes; what lies there is left as it is.
   *
   * @throws {RangeError} If there is no room: the layout reserved too little.
   */
  numbers(count: number): number {
    const address = this.#next;
    this.#next += Math.ceil(count / 16) * 64;
    if (this.#next > this.#end) throw new RangeError(`No room for ${count} numbers in a worker's memory`);
    return address;
  }

  /** Places whole numbers and returns their address. */
  placeIntegers(values: Uint32Array): number {
    const address = this.numbers(values.length);
    new Uint32Array(this.#memory.buffer, address, values.length).set(values);
    return address;
  }

  /** Places numbers and returns their address. */
  placeFloats(values: Float32Array): number {
    const address = this.numbers(values.length);
    this.floats(address, values.length).set(values);
    return address;
  }

  /** The numbers at an address; a view, not a copy. */
  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, count);
  }
}
