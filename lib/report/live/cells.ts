import type { Json } from "../../json.ts";
import type { Columns } from "../../metrics/columns.ts";

/** One row of columns, read by name. */
export class Cells {
  readonly #columns: Columns;
  readonly #at: number;

  /** The row at a place. */
  constructor(columns: Columns, at: number) {
    this.#columns = columns;
    this.#at = at;
  }

  /** A number; `null` if it is none. */
  number(name: string): number | null {
    const value = this.#value(name);
    return typeof value === "number" ? value : null;
  }

  /** A text; `null` if it is none. */
  text(name: string): string | null {
    const value = this.#value(name);
    return typeof value === "string" ? value : null;
  }

  /** Whether something holds; `null` if that is not known. */
  flag(name: string): boolean | null {
    const value = this.#value(name);
    return typeof value === "boolean" ? value : null;
  }

  #value(name: string): Json {
    return this.#columns[name]?.[this.#at] ?? null;
  }
}

/** The rows of columns, in order. */
export function* rowsOf(columns: Columns | undefined): Generator<Cells> {
  if (columns === undefined) return;
  const count = Math.max(0, ...Object.values(columns).map(({ length }) => length));
  for (let at = 0; at < count; at++) yield new Cells(columns, at);
}

/** The longest text that is kept for the page, in characters. */
const longestText = 2_000;

/** A text with what is too much of it left out, and said so. */
export function cut(text: string): string {
  return text.length <= longestText
    ? text
    : `${text.slice(0, longestText).toWellFormed()}… (${text.length - longestText} more characters)`;
}
