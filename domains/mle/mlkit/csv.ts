/**
 * Reading and writing comma-separated values (RFC 4180).
 *
 * @module
 */
import { shown } from "./model_input.ts";
import { Table, tableOf } from "./table.ts";

const comma = 44;
const quote = 34;
const newline = 10;
const carriageReturn = 13;

/**
 * Reads a CSV text whose first line names the columns.
 *
 * Fields may stand in quotes, where `""` is a quote and commas and line ends are plain text. Lines end with `\n` or
 * `\r\n`, or with `\r` where the text has no `\n`; blank lines and a byte-order mark at the start are skipped. A field is kept as it is written, spaces included.
 *
 * @throws {TypeError} If it is no text.
 * @throws {RangeError} If there is no header, a name comes twice, a line has more or fewer fields than the header, or
 * a quote is not closed; the sentence names the line.
 *
 * @example
 * ```ts
 * import { readCsv } from "exitlab/domains/mle/mlkit/csv.ts";
 * import assert from "node:assert/strict";
 *
 * const table = readCsv('id,name,fare\n1,"Braund, Mr. Owen",7.25\n2,Anna,NA\n');
 * assert.deepEqual(table.names, ["id", "name", "fare"]);
 * assert.deepEqual(table.texts("name"), ["Braund, Mr. Owen", "Anna"]);
 * assert.deepEqual([...table.numbers("fare")], [7.25, NaN]);
 * assert.throws(() => readCsv("a,b\n1,2\n3"), /Expected 2 fields as in the header but found 1 \(line 3\)/);
 * ```
 */
export function readCsv(text: string): Table {
  if (typeof text !== "string") {
    throw new TypeError(`Expected the text of a CSV file but found ${shown(text)} (readCsv)`);
  }
  const start = text.startsWith("\uFEFF") ? 1 : 0;
  const lines = text.includes("\n") ? text : text.replaceAll("\r", "\n");
  let names: readonly string[] | undefined;
  const columns: string[][] = [];
  readRecords(lines, start, (fields, line) => {
    if (names === undefined) {
      names = [...fields];
      checkNames(names, line);
      for (let i = 0; i < names.length; i++) columns.push([]);
      return;
    }
    if (fields.length !== columns.length) {
      throw new RangeError(
        `Expected ${columns.length} fields as in the header but found ${fields.length} (line ${line})`,
      );
    }
    for (let i = 0; i < fields.length; i++) columns[i]?.push(fields[i] ?? "");
  });
  if (names === undefined) {
    throw new RangeError("Expected a header with column names but found no text (line 1)");
  }
  return new Table(names.map((name, i) => [name, columns[i] ?? []]));
}

/** Calls back with the fields of each line that is not blank; the array of fields is used again for the next. */
function readRecords(
  text: string,
  start: number,
  record: (fields: readonly string[], line: number) => void,
): void {
  const fields: string[] = [];
  let line = 1;
  let first = line;
  let at = start;
  const length = text.length;
  while (at < length) {
    let blank = false;
    if (text.charCodeAt(at) === quote) {
      const { field, end, lines } = readQuoted(text, at, line);
      fields.push(field);
      line += lines;
      at = end;
    } else {
      const from = at;
      let code = text.charCodeAt(at);
      while (at < length && code !== comma && code !== newline) code = text.charCodeAt(++at);
      const end = code === newline && at > from && text.charCodeAt(at - 1) === carriageReturn ? at - 1 : at;
      fields.push(text.slice(from, end));
      blank = from === end && fields.length === 1 && code !== comma;
    }
    if (at < length && text.charCodeAt(at) === comma) {
      at++;
      // a comma at the very end is followed by one more, empty field
      if (at < length) continue;
      fields.push("");
    }
    if (!blank) record(fields, first);
    fields.length = 0;
    at += text.charCodeAt(at) === carriageReturn ? 2 : 1;
    first = ++line;
  }
}

function readQuoted(
  text: string,
  start: number,
  line: number,
): { field: string; end: number; lines: number } {
  let end = start + 1;
  let doubled = false;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) {
      throw new RangeError(`Expected a closing quote but found the end of the text (line ${line})`);
    }
    if (text.charCodeAt(end + 1) !== quote) break;
    doubled = true;
    end += 2;
  }
  const written = text.slice(start + 1, end);
  const lines = written.split("\n").length - 1;
  const after = text.charAt(end + 1);
  if (after !== "" && after !== "," && after !== "\n" && !text.startsWith("\r\n", end + 1)) {
    throw new RangeError(
      `Expected a comma or a line end after the closing quote but found ${JSON.stringify(after)} (line ${
        line + lines
      })`,
    );
  }
  return { field: doubled ? written.replaceAll('""', '"') : written, end: end + 1, lines };
}

function checkNames(names: readonly string[], line: number): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new RangeError(
      `Expected different column names but found ${JSON.stringify(twice)} twice (line ${line})`,
    );
  }
}

/**
 * A CSV text of a table, or of columns by name; NaN becomes an empty field. Lines end with `\n`.
 *
 * @throws {RangeError} If there is no column or the columns differ in length.
 *
 * @example
 * ```ts
 * import { readCsv, writeCsv } from "exitlab/domains/mle/mlkit/csv.ts";
 * import assert from "node:assert/strict";
 *
 * const text = writeCsv({ id: [1, 2], say: ['"no"', "yes, please"] });
 * assert.equal(text, 'id,say\n1,"""no"""\n2,"yes, please"\n');
 * assert.equal(writeCsv(readCsv(text)), text);
 * ```
 */
export function writeCsv(columns: Table | Readonly<Record<string, ArrayLike<string | number>>>): string {
  const table = columns instanceof Table ? columns : tableOf(columns);
  if (table.names.length === 0) throw new RangeError("Expected at least one column to write but found none");
  // a line with nothing on it would be skipped when it is read
  const written = (field: string): string =>
    field === "" && table.names.length === 1 || /[",\r\n\uFEFF]/.test(field)
      ? `"${field.replaceAll('"', '""')}"`
      : field;
  const texts = table.names.map((name) => table.texts(name));
  const lines = [table.names.map(written).join(",")];
  for (let row = 0; row < table.rows; row++) {
    lines.push(texts.map((column) => written(column[row] ?? "")).join(","));
  }
  return `${lines.join("\n")}\n`;
}
