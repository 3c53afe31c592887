import {
  type DuckDBConnection,
  DuckDBDecimalValue,
  type DuckDBResultReader,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValueConverter,
  type Json as MutableJson,
  JsonDuckDBValueConverter,
  StatementType,
} from "@duckdb/node-api";
import { UserError } from "../errors.ts";
import type { Json } from "../json.ts";
import { oneLine } from "../database.ts";

/** The values of a query's parameters: by name for `$name`, in order for `$1` and `?`. */
export type QueryParams =
  | { readonly [name: string]: string | number | boolean | null }
  | readonly (string | number | boolean | null)[];

/** What a query gave. */
export interface QueryResult {
  /** Its columns, with DuckDB's type names. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Its rows, values in the order of the columns. Timestamps are ISO 8601 text; what is not finite is `null`. */
  readonly rows: readonly (readonly Json[])[];
}

/**
 * Statements that can run on a reader. The lock-down alone would still let `COPY` (also inside `EXPLAIN ANALYZE` or
 * `PREPARE`) overwrite a run's files, as these lie in the folder that must be readable.
 */
const allowed: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.CREATE,
  StatementType.DROP,
  StatementType.SET,
  StatementType.EXPLAIN,
]);

/** What may stand between two words: blanks and comments. */
const gap = String.raw`(?:\s|--[^\r\n]*|/\*[^]*\*/)`;

/**
 * What writes, or runs statements that are not in the text, although its statement is a query, or already when it is
 * prepared: DuckDB's lock-down lets these write into the folder that must be readable. The text is searched as it is,
 * strings and comments too, so that no way of quoting hides one.
 */
const doors = new RegExp(
  [
    String.raw`\b(?:enable_logging|enable_profil\w*|json_execute_serialized_sql|import_database)\b`,
    String.raw`\b(?:export|import)${gap}+database\b`,
    String.raw`\bquery\b"?${gap}*\(`,
  ].join("|"),
  "i",
);

/** Each word EXPLAIN of a text, and whether what it explains is a query: `ANALYZE` would run anything else. */
const explained =
  /\bexplain\b(\s+(analyze|verbose)\b|\s*\((\s*(analyze|verbose|format\s+\w+)\b\s*,?)+\))*[\s(]*(?<query>(from|select|with|values)\b)?/gi;

/**
 * Runs a query; of several statements, gives the last one's result.
 *
 * @throws {UserError} With DuckDB's message if the query is wrong, or is no query.
 */
export async function runQuery(
  connection: DuckDBConnection,
  sql: string,
  params: QueryParams = {},
): Promise<QueryResult> {
  return await runStatements(connection, sql, params, (reader) => {
    const names = reader.deduplicatedColumnNames();
    return {
      columns: reader.columnTypes().map((type, at) => ({ name: names[at] ?? "", type: type.toString() })),
      rows: reader.convertRows(toJson),
    };
  });
}

/**
 * The same, but the values of each column together: for hundreds of thousands of rows.
 *
 * @returns One array a column; none if there are no rows.
 * @throws {UserError} As `runQuery`.
 */
export async function runQueryColumns(
  connection: DuckDBConnection,
  sql: string,
  params: QueryParams = {},
): Promise<readonly (readonly Json[])[]> {
  return await runStatements(connection, sql, params, (reader) => reader.convertColumns(toJson));
}

async function runStatements<Result extends object>(
  connection: DuckDBConnection,
  sql: string,
  params: QueryParams,
  read: (reader: DuckDBResultReader) => Result,
): Promise<Result> {
  let result: Result | undefined;
  const door = doors.exec(sql)?.[0];
  if (door !== undefined) throw refusal(door.replaceAll(/\s+/g, " "));
  try {
    const statements = sql.trim() === "" ? undefined : await connection.extractStatements(sql);
    for (let index = 0; index < (statements?.count ?? 0); index++) {
      const statement = await statements?.prepare(index);
      if (statement === undefined) break;
      refuseWrites(statement.statementType, sql);
      if (statement.parameterCount > 0) statement.bind(isList(params) ? [...params] : { ...params });
      result = read(await statement.runAndReadAll());
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = oneLine(error).replace("Failed to extract statements: ", "");
    // DuckDB's answer to text without any statement, such as a comment.
    if (message !== "Error in native callback") throw new UserError(`The query failed: ${message}`);
  }
  if (result === undefined) throw new UserError(`Expected an SQL query but found "${sql.trim()}"`);
  return result;
}

function refuseWrites(type: StatementType, sql: string): void {
  if (!allowed.has(type)) throw refusal(StatementType[type]);
  if (type !== StatementType.EXPLAIN) return;
  for (const { groups } of sql.matchAll(explained)) {
    if (groups?.["query"] === undefined) throw refusal("EXPLAIN of what is no query");
  }
}

function refusal(found: string): UserError {
  return new UserError(
    `Expected a query such as "from curves" but found ${found}: runs are only read here`,
  );
}

function isList<T>(value: T | readonly T[] | { readonly [name: string]: T }): value is readonly T[] {
  return Array.isArray(value);
}

const toJson: DuckDBValueConverter<MutableJson> = (value, type, converter) => {
  // First what most values are: large results are converted value by value.
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) {
    const date = new Date(Number(value.micros / 1000n));
    return Number.isNaN(date.getTime()) ? value.toString() : date.toISOString();
  }
  return JsonDuckDBValueConverter(value, type, converter);
};
