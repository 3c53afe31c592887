/**
 * DuckDB is native code, which Deno's permissions do not bind. So every connection is locked to the folder it needs
 * before anything else runs on it, and its errors are turned into sentences here.
 *
 * @module
 */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { errorMessage, UserError } from "./errors.ts";

/** An open database with one connection. */
export interface Database {
  /** Runs statements. */
  readonly connection: DuckDBConnection;
  /** Closes the connection and the file. */
  close(): void;
}

/**
 * Opens a database.
 *
 * @param path A file, or `":memory:"`.
 * @param config DuckDB's settings.
 */
export async function openDatabase(path: string, config: Record<string, string>): Promise<Database> {
  const instance = await DuckDBInstance.create(path, config);
  const connection = await instance.connect();
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Confines a connection's database to folders, for good. Extensions, `ATTACH` and other files are refused after it. */
export async function lockDown(connection: DuckDBConnection, directories: readonly string[]): Promise<void> {
  await connection.run(`set allowed_directories = [${directories.map(quote).join(", ")}]`);
  await connection.run("set enable_external_access = false");
  await connection.run("set lock_configuration = true");
}

/** Text as an SQL literal. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An error in one line: what DuckDB said, without the excerpt of the statement. */
export function oneLine(error: unknown): string {
  const [message = ""] = errorMessage(error).split(/\n\s*\nLINE \d+:/);
  return message.replaceAll(/\s*\n\s*/g, " ").trim();
}

/** The error to throw when work on a run folder failed: a sentence where the user can mend it, else as it came. */
export function folderError(error: unknown, folder: string): unknown {
  const message = oneLine(error);
  const owner = /Conflicting lock is held.*\(PID (\d+)\)/.exec(message)?.[1];
  if (owner !== undefined) {
    return new UserError(
      `Run folder "${folder}" is in use by process ${owner}; wait for it to end, or stop it`,
    );
  }
  if (/no space left|disk quota exceeded/i.test(message)) {
    return new UserError(`The disk is full: could not write to run folder "${folder}"; make room and resume`);
  }
  if (
    /not a valid DuckDB database|corrupt|checksum|could not read enough bytes|replaying WAL/i.test(message)
  ) {
    return new UserError(
      `Run folder "${folder}" has a damaged run.duckdb (${message}); move the folder away and run again ` +
        "(its events.jsonl can still be read with deno task sql)",
    );
  }
  return error;
}
