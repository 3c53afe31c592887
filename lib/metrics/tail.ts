/**
 * The live tail of a run, `events.jsonl`: what other processes read while the run holds its database. Its first line
 * says whose it is; each further line holds what one transaction added, by table, one array a column.
 *
 * @module
 */
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Columns } from "./columns.ts";
import type { RunIdentity } from "./rows.ts";
import { schemaVersion } from "./migrate.ts";
import { type TableName, tables } from "./schema.ts";

/** One line: what was added to each table. */
export type TailRecord = { readonly [Name in TableName]?: Columns };

/** The first line. */
export type TailHeader = RunIdentity & { readonly schema: number };

/** The writing end. */
export class Tail {
  readonly #file: Deno.FsFile;
  #length: number;

  private constructor(file: Deno.FsFile, length: number) {
    this.#file = file;
    this.#length = length;
  }

  /**
   * Writes a tail anew, in place of an earlier one that stays whole until the new one is.
   *
   * @param records What the database holds.
   */
  static async rewrite(
    path: string,
    identity: RunIdentity,
    records: AsyncIterable<TailRecord>,
  ): Promise<Tail> {
    const draft = `${path}.new`;
    const file = await Deno.open(draft, { write: true, create: true, truncate: true });
    const tail = new Tail(file, 0);
    try {
      const header: TailHeader = { schema: schemaVersion, ...identity };
      await tail.#write(header);
      for await (const record of records) await tail.append(record);
      await Deno.rename(draft, path);
    } catch (error) {
      file.close();
      throw error;
    }
    return tail;
  }

  /** Adds one line; if that fails, the tail is as it was before. */
  async append(record: TailRecord): Promise<void> {
    await this.#write(record);
  }

  async #write(value: Json): Promise<void> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
    try {
      for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
    } catch (error) {
      await this.#file.truncate(this.#length);
      await this.#file.seek(this.#length, Deno.SeekMode.Start);
      throw error;
    }
    this.#length += bytes.length;
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }
}

/** A tail being read. */
export interface ReadTail {
  /** Whose it is. */
  readonly header: TailHeader;
  /** What was added, in order. A torn last line is left out. */
  readonly records: AsyncIterable<TailRecord>;
}

/**
 * Reads a tail, which may be growing.
 *
 * @throws {TypeError} Here or at the records, if a line is not what the writing end writes.
 */
export async function readTail(path: string): Promise<ReadTail> {
  const lines = readLines(path);
  const first = await lines.next();
  const header = parseTailHeader(first.done === true ? "" : first.value);
  return { header, records: parseRecords(lines) };
}

/**
 * The first line of a tail.
 *
 * @throws {TypeError} If it is not what the writing end writes.
 */
export function parseTailHeader(line: string): TailHeader {
  const header = parseLine(line, 1);
  const { schema, run, arm, seed } = header;
  if (
    typeof schema !== "number" || typeof run !== "string" || typeof arm !== "string" ||
    typeof seed !== "number"
  ) {
    throw new TypeError("events.jsonl does not begin with a header");
  }
  return { schema, run, arm, seed };
}

async function* parseRecords(lines: AsyncIterable<string>): AsyncGenerator<TailRecord> {
  let number = 1;
  for await (const line of lines) {
    number++;
    yield parseTailRecord(line, number);
  }
}

/**
 * A further line of a tail.
 *
 * @param number Which line it is, from 1, for the message.
 * @throws {TypeError} If it is not what the writing end writes.
 */
export function parseTailRecord(line: string, number: number): TailRecord {
  const record: Partial<Record<TableName, Columns>> = {};
  for (const [name, columns] of Object.entries(parseLine(line, number))) {
    if (isTableName(name) && isColumns(columns)) record[name] = columns;
  }
  return record;
}

function parseLine(line: string, number: number): JsonObject {
  try {
    const value: Json = JSON.parse(line);
    if (isJsonObject(value)) return value;
  } catch {
    // Answered below, as for a line that is JSON of another kind.
  }
  throw new TypeError(`line ${number} of events.jsonl is damaged`);
}

function isTableName(name: string): name is TableName {
  return name in tables;
}

function isColumns(value: Json): value is Columns {
  return isJsonObject(value) && Object.values(value).every(isJsonArray);
}

/**
 * The complete lines of a text file, one at a time. What follows the last line break is left out: the writer is not
 * done with it, or was killed over it.
 */
export async function* readLines(path: string): AsyncGenerator<string> {
  const file = await Deno.open(path, { read: true });
  let parts: string[] = [];
  for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
    const [first = "", ...others] = text.split("\n");
    parts.push(first);
    for (const other of others) {
      yield parts.join("");
      parts = [other];
    }
  }
}
