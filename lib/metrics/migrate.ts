/**
 * How a database comes to have the tables of `schema.ts`, whichever version of them it was made with.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { UserError } from "../errors.ts";
import { type ColumnKind, type Table, tables } from "./schema.ts";

const sqlTypes: Readonly<Record<ColumnKind, string>> = {
  text: "varchar",
  json: "varchar",
  integer: "integer",
  bigint: "bigint",
  double: "double",
  boolean: "boolean",
  timestamp: "timestamp",
};

/** The statements that make a table, and where it is versioned the view that shows the newest versions. */
function definition({ name, stored, columns, versioned }: Table): string {
  const list = columns.map((column) => `${column.name} ${sqlTypes[column.kind]}`).join(", ");
  const made = `create table ${stored} (${list});`;
  if (versioned === undefined) return made;
  // Not a window function: DuckDB 1.5.5 loses rows when a recursive query (a lineage) reads one on several threads.
  const newest = `select max(rowid) as newest from ${stored} group by ${["run", ...versioned].join(", ")}`;
  return `${made} create view ${name} as from ${stored} semi join (${newest}) on ${stored}.rowid = newest;`;
}

/** Statements that take a database from one version to the next: entry i from i + 1 to i + 2. */
const migrations: readonly string[] = [
  // 2: first attempts drawn anew.
  "create table resamples (run varchar, arm varchar, seed bigint, iteration integer, split varchar, task varchar, " +
  "draw integer, quality double, solved boolean, tokens integer, response varchar);",
  // 3: how much of the current response a prompt left out.
  "alter table rollouts add column shortened integer default 0; " +
  "alter table evaluations add column shortened integer default 0;",
  // 4: what was asked for a response, whether it failed, what it scored on validation, and searches.
  "alter table rollouts add column own_mode varchar; alter table rollouts add column failed boolean; " +
  "alter table evaluations add column mode varchar; alter table evaluations add column failed boolean; " +
  "alter table evaluations add column validation double; alter table resamples add column failed boolean; " +
  "alter table resamples add column validation double; " +
  "create table nodes (run varchar, arm varchar, seed bigint, iteration integer, split varchar, task varchar, " +
  "sample integer, node integer, parent integer, step integer, mode varchar, debug_depth integer, validation double, " +
  "quality double, solved boolean, failed boolean, best boolean, tokens integer, shortened integer, " +
  "response varchar, feedback varchar);",
  // 5: what a curriculum saw, and the responses of each turn. DuckDB refuses a view whose table got columns since.
  "drop view runs; alter table run_versions add column training_tasks bigint; " +
  "alter table run_versions add column iterates boolean; " +
  "create view runs as from run_versions semi join (select max(rowid) as newest from run_versions group by run) " +
  "on run_versions.rowid = newest; " +
  "alter table groups add column task bigint; alter table groups add column start_parent varchar; " +
  "alter table groups add column start_born integer; alter table groups add column chain integer; " +
  "alter table groups add column round integer; alter table groups add column asked integer; " +
  "alter table rollouts add column validation double; alter table rollouts add column successors varchar; " +
  "alter table rollouts add column turns varchar; alter table evaluations add column turns varchar; " +
  "alter table resamples add column turns varchar;",
];

/** The version of the schema that this code writes. */
export const schemaVersion: number = migrations.length + 1;

/**
 * Brings the tables of the connection's schema to the version of this code; an empty database gets them all.
 *
 * @param where The run folder, for the message.
 * @throws {UserError} If the database was written by a newer version.
 */
export async function migrate(connection: DuckDBConnection, where: string): Promise<void> {
  const found = await storedVersion(connection);
  if (found === schemaVersion) return;
  if (found > schemaVersion) {
    throw new UserError(
      `Run folder "${where}" has metrics of schema ${found}, but this exitlab knows only up to ${schemaVersion}; ` +
        "use the newer exitlab that wrote it",
    );
  }
  const made = `create table meta (schema_version integer); ${
    Object.values(tables).map(definition).join("\n")
  }`;
  const statements = found === 0 ? [made] : migrations.slice(found - 1);
  const mark = `delete from meta; insert into meta values (${schemaVersion});`;
  await connection.run(`begin; ${statements.join("\n")} ${mark} commit`);
}

/** The version that a database has; 0 if it has no tables. */
async function storedVersion(connection: DuckDBConnection): Promise<number> {
  const made = await connection.runAndReadAll(
    "select 1 from duckdb_tables() where schema_name = current_schema() and table_name = 'meta'",
  );
  if (made.currentRowCount === 0) return 0;
  const version = (await connection.runAndReadAll("select schema_version from meta")).getRows()[0]?.[0];
  return typeof version === "number" ? version : 0;
}
