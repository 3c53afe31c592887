/**
 * Rows turned by ninety degrees: one array a column, JSON all through. That is the form in which rows enter DuckDB
 * (fast) and the live tail (compact).
 *
 * @module
 */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
} from "@duckdb/node-api";
import type { Json, JsonObject } from "../json.ts";
import type { Column, ColumnKind, Table } from "./schema.ts";

/** Values by SQL column name; the arrays are equally long. A column left out is `null` throughout. */
export type Columns = { readonly [column: string]: readonly Json[] };

/** The columns that all rows of a run share. */
const identityColumns: ReadonlySet<string> = new Set(["run", "arm", "seed"]);

/** The most rows of one DuckDB chunk. */
const chunkRows = 2048;

/** Turns rows into columns; the shared ones are left out. */
export function toColumns(table: Table, rows: readonly JsonObject[]): Columns {
  return Object.fromEntries(
    ownColumns(table).map((
      { name, field, kind },
    ) => [name, rows.map((row) => plain(kind, row[field] ?? null))]),
  );
}

function ownColumns({ columns }: Table): Column[] {
  return columns.filter(({ name }) => !identityColumns.has(name));
}

/** The value as it is stored: finite, well-formed, JSON as text. */
function plain(kind: ColumnKind, value: Json): Json {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (kind === "json" && value !== null) return JSON.stringify(value);
  // DuckDB holds UTF-8, which has no lone surrogates; the tail must say the same.
  return typeof value === "string" ? value.toWellFormed() : value;
}

const types: Readonly<Record<ColumnKind, DuckDBType>> = {
  text: VARCHAR,
  json: VARCHAR,
  integer: INTEGER,
  bigint: BIGINT,
  double: DOUBLE,
  boolean: BOOLEAN,
  timestamp: TIMESTAMP,
};

/**
 * Appends columns to a table within the open transaction.
 *
 * @param shared Values of columns that all rows share, such as the run's name.
 * @param schema Where the table is.
 * @throws {TypeError} If a value is not of its column's kind or the columns are not equally long.
 */
export async function appendColumns(
  connection: DuckDBConnection,
  table: Table,
  columns: Columns,
  shared: { readonly [column: string]: Json },
  schema = "main",
): Promise<void> {
  const rows = Object.values(columns)[0]?.length ?? 0;
  if (rows === 0) return;
  const values = table.columns.map((column) => {
    const own = columns[column.name];
    if (own !== undefined && own.length !== rows) {
      throw new TypeError(`Expected ${rows} values of ${table.name}.${column.name} but found ${own.length}`);
    }
    const common = toDuckDb(table, column, shared[column.name] ?? null);
    return own === undefined
      ? Array.from({ length: rows }, () => common)
      : own.map((value) => toDuckDb(table, column, value));
  });
  const appender = await connection.createAppender(table.stored, schema);
  for (let from = 0; from < rows; from += chunkRows) {
    const part = values.map((column) => column.slice(from, from + chunkRows));
    const chunk = DuckDBDataChunk.create(
      table.columns.map(({ kind }) => types[kind]),
      Math.min(chunkRows, rows - from),
    );
    chunk.setColumns(part);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** Reads a table back as columns, a chunk at a time; what all rows of a run share is left out. */
export async function* readColumns(connection: DuckDBConnection, table: Table): AsyncGenerator<Columns> {
  const columns = ownColumns(table);
  const result = await connection.stream(
    `select ${columns.map(({ name }) => name).join(", ")} from ${table.name}`,
  );
  for (
    let chunk = await result.fetchChunk();
    chunk !== null && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    const values = chunk.getColumns();
    yield Object.fromEntries(columns.map(({ name }, index) => [name, (values[index] ?? []).map(toJson)]));
  }
}

/** The value for the appender, which crashes or truncates rather than refuse a wrong kind: hence the checks. */
function toDuckDb(table: Table, { name, kind }: Column, value: Json): DuckDBValue {
  if (value === null) return null;
  switch (kind) {
    case "text":
    case "json":
      if (typeof value === "string") return value;
      break;
    case "double":
      if (typeof value === "number") return value;
      break;
    case "boolean":
      if (typeof value === "boolean") return value;
      break;
    case "integer":
      if (typeof value === "number" && (value | 0) === value) return value;
      break;
    case "bigint":
      if (Number.isSafeInteger(value)) return BigInt(Number(value));
      break;
    case "timestamp": {
      const time = typeof value === "string" ? Date.parse(value) : NaN;
      if (!Number.isNaN(time)) return new DuckDBTimestampValue(BigInt(time) * 1000n);
    }
  }
  throw new TypeError(
    `Expected a value of kind ${kind} in ${table.name}.${name} but found ${JSON.stringify(value)}`,
  );
}

function toJson(value: DuckDBValue): Json {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof DuckDBTimestampValue) return new Date(Number(value.micros / 1000n)).toISOString();
  if (value === null || typeof value !== "object") return value;
  throw new TypeError(`Found ${String(value)} in a column that never holds it`);
}
