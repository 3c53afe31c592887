import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import * as v from "valibot";
import { UserError } from "../errors.ts";
import { contentHash, isJsonObject, type JsonObject } from "../json.ts";
import { writeDurably } from "../write_durably.ts";
import type { FetchedDataset } from "./dataset_client.ts";
import type { DatasetRequest } from "./dataset_request.ts";

const format = "exitlab.dataset/1";

/** What a kept data set is: the JSON file beside its rows. */
const schema = v.looseObject({ format: v.literal(format), rows: v.number(), sha256: v.string() });

/** A data set that was fetched: one file of JSON lines, and one that says what it is. */
export class DatasetCache {
  readonly #folder: string;
  readonly #request: DatasetRequest;
  readonly #name: string;

  /** The place of a data set in a folder, which need not exist. */
  constructor(folder: string, request: DatasetRequest) {
    const { dataset, config = "", split } = request;
    const readable = [dataset.replace("/", "--"), config, split].filter((part) => part !== "")
      .map((part) => part.replaceAll(/[^\w.-]+/g, "-")).join("--");
    this.#folder = folder;
    this.#request = request;
    this.#name = `${readable.slice(0, 150)}--${contentHash(request).slice(0, 8)}`;
  }

  /**
   * The rows that are kept; `undefined` if there are none.
   *
   * @param renewable Whether they can be fetched anew: then damaged ones count as none.
   * @throws {UserError} If they are damaged and cannot be fetched anew.
   */
  async read(renewable: boolean): Promise<readonly JsonObject[] | undefined> {
    const [about, bytes] = [await readIfThere(this.#path("json")), await readIfThere(this.#path("jsonl"))];
    // What it is is written last: without it the rest was not finished.
    if (about === undefined) return undefined;
    const rows = bytes === undefined ? undefined : wholeRows(about, bytes);
    if (rows !== undefined || renewable) return rows;
    throw new UserError(
      `The data set "${this.#request.dataset}" is damaged in ${this.#path("jsonl")}: add --net ${
        new URL(this.#request.server).host
      } once to fetch it anew`,
    );
  }

  /**
   * Keeps rows. They are there whole or not at all, whenever the process ends.
   *
   * @throws {UserError} If they cannot be written.
   */
  async write({ rows, config, revision }: FetchedDataset): Promise<void> {
    const bytes = new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const { dataset, split, server } = this.#request;
    const about = {
      format,
      dataset,
      config,
      split,
      revision,
      server,
      rows: rows.length,
      sha256: sha256(bytes),
    };
    try {
      await Deno.mkdir(this.#folder, { recursive: true });
      await this.#put("jsonl", bytes);
      await this.#put("json", new TextEncoder().encode(`${JSON.stringify(about, null, 2)}\n`));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new UserError(`Cannot keep the data set "${dataset}" in ${this.#folder}: ${error.message}`);
    }
  }

  async #put(ending: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(this.#folder, `.${randomUUID()}`);
    try {
      await writeDurably(temporary, bytes);
      await Deno.rename(temporary, this.#path(ending));
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      throw error;
    }
  }

  #path(ending: string): string {
    return join(this.#folder, `${this.#name}.${ending}`);
  }
}

function wholeRows(about: Uint8Array, bytes: Uint8Array): JsonObject[] | undefined {
  try {
    const { rows, sha256: wanted } = v.parse(schema, JSON.parse(new TextDecoder().decode(about)));
    if (sha256(bytes) !== wanted) return undefined;
    const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
    const read = lines.map((line): JsonObject => {
      const row = JSON.parse(line);
      if (!isJsonObject(row)) throw new TypeError("Expected a row to be an object");
      return row;
    });
    return read.length === rows ? read : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || v.isValiError(error)) return undefined;
    throw error;
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
      throw new UserError(`No permission to read ${path}, where fetched data sets are kept`);
    }
    throw error;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
