import { extname } from "node:path";
import { errorMessage } from "../errors.ts";

/** Why DuckDB could not read a table, as one sentence. */
export async function tableProblem(path: string, error: unknown): Promise<string> {
  const message = errorMessage(error);
  switch (extname(path).toLowerCase()) {
    case ".jsonl":
    case ".ndjson": {
      const line = await wrongLine(path);
      if (line !== undefined) return `Expected every line of "${path}" to be JSON but line ${line} is not`;
      break;
    }
    case ".csv":
    case ".tsv": {
      const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
      const [, wanted, found] = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message) ?? [];
      const what = found !== undefined
        ? `it has ${found} values for ${wanted} columns`
        : /unterminated quote/i.test(message)
        ? "a quote is not closed"
        : /unicode/i.test(message)
        ? "it is not UTF-8"
        : undefined;
      if (line !== undefined && what !== undefined) return `Cannot read line ${line} of "${path}": ${what}`;
      break;
    }
    case ".json":
      if (/malformed json/i.test(message)) {
        return `Expected "${path}" to be a list of JSON objects but it is no JSON`;
      }
      break;
    case ".parquet":
      if (/magic bytes|too small|footer/i.test(message)) {
        return `Expected "${path}" to be Parquet but it is not`;
      }
      break;
  }
  const [first = ""] = message.split("\n");
  return `Cannot read "${path}" as a table: ${first}`;
}

/** The first line that is no JSON, counted from 1. DuckDB's own count is one too high. */
async function wrongLine(path: string): Promise<number | undefined> {
  const lines = (await Deno.readTextFile(path)).split("\n");
  const at = lines.findIndex((line) => line.trim() !== "" && !isJsonText(line));
  return at < 0 ? undefined : at + 1;
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
