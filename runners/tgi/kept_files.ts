import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import * as v from "valibot";
import { UserError } from "../../lib/errors.ts";
import { contentHash } from "../../lib/json.ts";
import { writeDurably } from "../../lib/write_durably.ts";
import type { HubPlace } from "./hub_files.ts";

const format = "exitlab.model-files/1";

const schema = v.looseObject({
  format: v.literal(format),
  files: v.record(v.string(), v.nullable(v.string())),
});

/** Files of a model by name; `null` for those that it does not have. */
export type ModelFiles = ReadonlyMap<string, Uint8Array | null>;

/** The small files of a model that were fetched from the Hub: a folder of them, and one that says what they are. */
export class KeptFiles {
  readonly #folder: string;
  readonly #place: HubPlace;

  /** The place of a model's files in a folder, which need not exist. */
  constructor(folder: string, place: HubPlace) {
    const { model, revision } = place;
    const readable = `${model.replace("/", "--")}--${revision}`.replaceAll(/[^\w.-]+/g, "-").slice(0, 150);
    this.#folder = join(folder, `${readable}--${contentHash({ model, revision }).slice(0, 8)}`);
    this.#place = place;
  }

  /**
   * The files that are kept; `undefined` if there are none, or they are damaged.
   *
   * @throws {UserError} If they may not be read.
   */
  async read(names: readonly string[]): Promise<ModelFiles | undefined> {
    const about = await readIfThere(join(this.#folder, "about.json"));
    // What they are is written last: without it the rest was not finished.
    const digests = about === null ? undefined : parseDigests(about);
    if (digests === undefined) return undefined;
    const files = new Map<string, Uint8Array | null>();
    for (const name of names) {
      const digest = digests[name];
      if (digest === undefined) return undefined;
      const bytes = digest === null ? null : await readIfThere(join(this.#folder, name));
      if (digest !== null && (bytes === null || sha256(bytes) !== digest)) return undefined;
      files.set(name, bytes);
    }
    return files;
  }

  /**
   * Keeps files. They are there whole or not at all, whenever the process ends.
   *
   * @param commit The commit that they are of, if it is known.
   * @throws {UserError} If they cannot be written.
   */
  async write(files: ModelFiles, commit: string | null): Promise<void> {
    const digests = [...files].map(([name, bytes]) => [name, bytes === null ? null : sha256(bytes)]);
    const about = { format, ...this.#place, commit, files: Object.fromEntries(digests) };
    try {
      await Deno.mkdir(this.#folder, { recursive: true });
      for (const [name, bytes] of files) if (bytes !== null) await this.#put(name, bytes);
      await this.#put("about.json", new TextEncoder().encode(`${JSON.stringify(about, null, 2)}\n`));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new UserError(
        `Cannot keep the tokenizer of "${this.#place.model}" in ${this.#folder}: ${error.message}`,
      );
    }
  }

  async #put(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(this.#folder, `.${randomUUID()}`);
    try {
      await writeDurably(temporary, bytes);
      await Deno.rename(temporary, join(this.#folder, name));
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      throw error;
    }
  }
}

/**
 * The bytes of a file; `null` if there is none.
 *
 * @throws {UserError} If it may not be read, or is a folder.
 */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
      throw new UserError(`No permission to read ${path}, where the files of a model are looked for`);
    }
    if (error instanceof Deno.errors.IsADirectory) {
      throw new UserError(`Expected ${path} to be a file but it is a folder`);
    }
    throw error;
  }
}

function parseDigests(bytes: Uint8Array): Readonly<Record<string, string | null>> | undefined {
  try {
    return v.parse(schema, JSON.parse(new TextDecoder().decode(bytes))).files;
  } catch (error) {
    if (error instanceof SyntaxError || v.isValiError(error)) return undefined;
    throw error;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
