/**
 * Python's dates, as far as texts are read and written.
 *
 * @module
 */
import { PythonError } from "./error.ts";
import { type PyValue, typeName } from "./value.ts";

const forms = {
  "%Y-%m-%d": /^(\d{4})-(\d{1,2})-(\d{1,2})$/,
  "%Y-%m-%d %H:%M:%S": /^(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{1,2}):(\d{1,2})$/,
} as const;

/** A moment, in milliseconds since 1970 without a time zone. @throws {PythonError} If the text has another form, as `strptime`. */
export function parseTime(value: PyValue, form: keyof typeof forms): number {
  if (typeof value !== "string") {
    throw new PythonError("TypeError", `strptime() argument 1 must be str, not ${typeName(value)}`);
  }
  const match = forms[form].exec(value);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (match ?? []).slice(1).map(Number);
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute, second);
  const exact = time.getUTCMonth() === month - 1 && time.getUTCDate() === day && hour < 24 && minute < 60 &&
    second < 62;
  if (match === null || !exact || year === 0) {
    throw new PythonError("ValueError", `time data ${quoted(value)} does not match format '${form}'`);
  }
  return time.getTime();
}

/** A moment as `%Y-%m-%d %H:%M:%S`. */
export function formatTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}

function quoted(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text}'`;
}
