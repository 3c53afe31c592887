/**
 * Slots of the stand-in server as SkyRL's JAX backend has them: a model is trained and sampled in one, each publish
 * leaves a file, the first draw of a sampling session loads its file, and a gradient stays when its model goes.
 *
 * @module
 */
import type { Table } from "./tinker_table.ts";

interface Published {
  readonly path: string;
  readonly weights: Float64Array;
}

/** What outlives a request on such a server. */
export class Slots {
  readonly #published = new Map<string, Published>();
  readonly #loaded = new Map<Table, string>();
  readonly #left: Table[] = [];

  /** The paths of what publishes left. */
  get paths(): string[] {
    return this.#published.values().map(({ path }) => path).toArray();
  }

  /** Takes a free slot, with the gradient that is in it. */
  take(table: Table): void {
    const before = this.#left.pop();
    if (before !== undefined) table.inherit(before);
  }

  /** Leaves a slot. */
  leave(table: Table): void {
    this.#left.push(table);
  }

  /** Writes the file of a sampling session. */
  publish(session: string, path: string, table: Table): void {
    this.#published.set(session, { path, weights: table.save().weights });
  }

  /** Makes ready to draw in a sampling session: from the weights of now, once its file was loaded into them. */
  ready(session: string, table: Table): void {
    const file = this.#published.get(session);
    if (this.#loaded.get(table) !== session && file !== undefined) table.replace(file.weights);
    this.#loaded.set(table, session);
    table.publish();
  }

  /** Deletes a file; whether there was one. */
  remove(path: string): boolean {
    const [session] = this.#published.entries().find(([, file]) => file.path === path) ?? [];
    return session !== undefined && this.#published.delete(session);
  }
}
