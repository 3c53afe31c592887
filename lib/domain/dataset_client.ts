import * as v from "valibot";
import { UserError } from "../errors.ts";
import { hubSiteToken } from "../hub_token.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { whole } from "../part.ts";
import { HttpFailure, httpGet } from "./http_get.ts";
import { datasetFolder } from "./dataset_folder.ts";
import type { DatasetRequest } from "./dataset_request.ts";
import { listNames } from "./unknown_column.ts";

/** A data set as it was fetched. */
export interface FetchedDataset {
  /** All rows, in order. */
  readonly rows: readonly JsonObject[];
  /** The configuration that they are of. */
  readonly config: string;
  /** The commit that they are of, if the server said. */
  readonly revision: string | null;
}

/** What a test may put in the place of the real thing. */
export interface DatasetSurroundings {
  /** The folder where data sets are kept. */
  readonly folder: string;
  /** The token for an address, if there is one. */
  readonly token: (url: URL) => string | undefined;
  /** Waits for so many seconds. */
  readonly wait: (seconds: number) => Promise<void>;
  /** Aborts after so many seconds. */
  readonly deadline: (seconds: number) => AbortSignal;
}

/** The real thing. */
export const realSurroundings: DatasetSurroundings = {
  folder: datasetFolder,
  token: hubSiteToken,
  wait: (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds)),
  deadline: (seconds) => AbortSignal.timeout(1000 * seconds),
};

/** Rows of a request: the most that the interface gives. */
const pageLength = 100;

/** The most rows of a data set: 2,000 requests. */
const mostRows = 200_000;

/** The most bytes of an answer, and of all together. */
const largestAnswer = 64 * 2 ** 20;
const mostBytes = 256 * 2 ** 20;

/** How often a request is sent again; seconds before it is, doubled each time; and the most to wait when asked to. */
const retries = 5;
const firstWait = 1;
const longestWait = 120;

/** Seconds that an answer may take. */
const timeout = 60;

const splitsAnswer = v.looseObject({
  splits: v.array(v.looseObject({ config: v.string(), split: v.string() })),
});

const row = v.custom<JsonObject>((value) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
);

const rowsAnswer = v.looseObject({
  rows: v.array(v.looseObject({
    row_idx: whole(0),
    row,
    truncated_cells: v.optional(v.array(v.string()), []),
  })),
  num_rows_total: whole(0),
  partial: v.optional(v.boolean(), false),
});

/** Fetches a data set page by page, `/splits` and `/rows` of the dataset viewer. */
export class DatasetClient {
  readonly #request: DatasetRequest;
  readonly #surroundings: DatasetSurroundings;
  #bytes = 0;
  #revision: string | null | undefined;

  /** A client for one data set. */
  constructor(request: DatasetRequest, surroundings: DatasetSurroundings) {
    this.#request = request;
    this.#surroundings = surroundings;
  }

  /**
   * Fetches all rows.
   *
   * @throws {UserError} If the server cannot be reached, refuses, or answers something else.
   */
  async fetch(): Promise<FetchedDataset> {
    const { dataset, split } = this.#request;
    const config = await this.#config();
    const rows: JsonObject[] = [];
    let total: number;
    do {
      const query = { dataset, config, split, offset: String(rows.length), length: String(pageLength) };
      const page = this.#parse(rowsAnswer, await this.#ask("rows", query));
      total = page.num_rows_total;
      this.#checkPage(page, rows.length);
      for (const { row } of page.rows) rows.push(row);
    } while (rows.length < total);
    return { rows, config, revision: this.#revision ?? null };
  }

  /** The configuration: the one asked for, or the only one that has the split. */
  async #config(): Promise<string> {
    const { dataset, config, split } = this.#request;
    const { splits } = this.#parse(splitsAnswer, await this.#ask("splits", { dataset }));
    const configs = [...new Set(splits.map((each) => each.config))];
    const fitting = configs.filter((name) =>
      (config === undefined || name === config) &&
      splits.some((each) => each.config === name && each.split === split)
    );
    const [only, ...others] = fitting;
    if (only !== undefined && others.length === 0) return only;
    if (only !== undefined) {
      throw new UserError(`Expected a "config" for the data set "${dataset}": it has ${listNames(configs)}`);
    }
    const known = listNames(splits.map((each) => `${each.config}/${each.split}`));
    const asked = config === undefined ? `split "${split}"` : `split "${split}" in config "${config}"`;
    throw new UserError(
      `The data set "${dataset}" has no ${asked} (it has ${known})`,
    );
  }

  #checkPage(
    { rows, num_rows_total: total, partial }: v.InferOutput<typeof rowsAnswer>,
    offset: number,
  ): void {
    if (partial) throw this.#failure("the viewer has only a part of it, since it is too large");
    if (total === 0) throw this.#failure("it has no rows");
    if (total > mostRows) throw this.#failure(`it has ${total} rows, more than ${mostRows}`);
    const wanted = Math.min(pageLength, total - offset);
    const inOrder = rows.every(({ row_idx: index }, at) => index === offset + at);
    if (rows.length !== wanted || !inOrder) {
      throw this.#failure(`it was asked for rows ${offset} to ${offset + wanted - 1} and gave others`);
    }
    const cut = rows.find(({ truncated_cells: cells }) => cells.length > 0);
    if (cut !== undefined) throw this.#failure(`it cut row ${cut.row_idx} short`);
  }

  #parse<Schema extends v.GenericSchema>(schema: Schema, answer: Json): v.InferOutput<Schema> {
    const result = v.safeParse(schema, answer, { abortEarly: true });
    if (result.success) return result.output;
    const path = v.getDotPath(result.issues[0]);
    throw this.#failure(
      `its answer has another form than was agreed on${path === null ? "" : ` at "${path}"`}`,
    );
  }

  /** Asks until there is an answer, and reads it as JSON. */
  async #ask(endpoint: string, query: Readonly<Record<string, string>>): Promise<Json> {
    const url = new URL(
      `${this.#request.server.replace(/\/$/, "")}/${endpoint}?${new URLSearchParams(query)}`,
    );
    for (let attempt = 0;; attempt++) {
      try {
        return await this.#askOnce(url);
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        if (!error.passing) throw this.#failure(error.message);
        const wait = Math.max(firstWait * 2 ** attempt, error.after ?? 0);
        if (wait > longestWait) {
          throw this.#failure(`${error.message} and asks to wait ${Math.ceil(wait)} s; try later`);
        }
        if (attempt === retries) {
          throw this.#failure(`${error.message} (request ${attempt + 1} of ${retries + 1})`);
        }
        await this.#surroundings.wait(wait);
      }
    }
  }

  async #askOnce(url: URL): Promise<Json> {
    const { token, deadline } = this.#surroundings;
    const secret = token(url);
    const { status, body, bytes, revision } = await httpGet(url, {
      token: secret,
      signal: deadline(timeout),
      mostBytes: Math.min(largestAnswer, mostBytes - this.#bytes),
    });
    this.#bytes += bytes;
    if (status !== 200) {
      const hidden = [401, 403, 404].includes(status);
      const advice = hidden ? "; is its name right, and is HF_TOKEN set if it is private or gated?" : "";
      throw this.#failure(`it answered ${status} with ${excerpt(body, secret)}${advice}`);
    }
    this.#checkRevision(revision);
    return this.#json(body, secret);
  }

  #checkRevision(revision: string | null): void {
    const asked = this.#request.revision;
    if (asked !== undefined && revision !== asked) {
      throw this.#failure(`it has revision ${revision ?? "unknown"}, not ${asked}`);
    }
    this.#revision ??= revision;
    if (revision !== this.#revision) throw this.#failure("the data set changed while it was read; try again");
  }

  #json(body: string, secret: string | undefined): Json {
    try {
      return JSON.parse(body);
    } catch {
      throw this.#failure(`it answered no JSON but ${excerpt(body, secret)}`);
    }
  }

  #failure(message: string): UserError {
    const { dataset, server } = this.#request;
    return new UserError(`Cannot fetch the data set "${dataset}" from ${new URL(server).host}: ${message}`);
  }
}

/** What an answer says: its `error`, or the beginning of it, on one line, without the token. */
function excerpt(body: string, secret: string | undefined): string {
  let said = body;
  try {
    const answer: Json = JSON.parse(body);
    if (isJsonObject(answer) && typeof answer.error === "string") said = answer.error;
  } catch {
    // It is no JSON, and is shown as it is.
  }
  const told = secret === undefined ? said : said.replaceAll(secret, "…");
  const line = told.replace(/\s+/g, " ").trim();
  if (line === "") return "an empty body";
  return JSON.stringify(line.length > 160 ? `${line.slice(0, 159)}…` : line);
}
