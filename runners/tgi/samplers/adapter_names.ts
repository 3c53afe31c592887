/** How many adapters are kept loaded: the newest, and the one that requests still under way may ask for. */
const kept = 2;

/**
 * Names for the adapters that a process loads into a sampler, each its own. A sampler keeps what it computed of prompts by
 * adapter name, so that weights that came under a known name would be mixed with what older ones left behind.
 */
export class AdapterNames {
  readonly #prefix = `exitlab-${crypto.randomUUID().slice(0, 8)}`;
  readonly #loaded: string[] = [];
  #given = 0;

  /** The newest; `undefined` before the first. */
  get newest(): string | undefined {
    return this.#loaded.at(-1);
  }

  /** All that are loaded. */
  get all(): readonly string[] {
    return this.#loaded;
  }

  /** A name that none had before. */
  next(): string {
    return `${this.#prefix}-${++this.#given}`;
  }

  /**
   * Notes that one was loaded.
   *
   * @returns Those that nobody needs any more.
   */
  add(name: string): string[] {
    this.#loaded.push(name);
    return this.#loaded.splice(0, Math.max(0, this.#loaded.length - kept));
  }
}
