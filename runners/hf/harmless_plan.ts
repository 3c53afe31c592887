import { isJsonArray, isJsonObject, type Json } from "../../lib/json.ts";

/** What stands for a folder of this machine. */
const hidden = "…";

/**
 * A plan without paths of the machine that it was made on: the experiment's file is left out, and of any other absolute
 * path only the last name stays.
 *
 * @example
 * ```ts
 * import { harmlessPlan } from "exitlab/runners/hf/harmless_plan.ts";
 * import assert from "node:assert/strict";
 *
 * const plan = { experiment: { file: "../../mine.ts", overrides: { set: ["domain.file=/home/me/tasks.jsonl"] } } };
 * assert.deepEqual(harmlessPlan(plan), {
 *   experiment: { file: null, overrides: { set: ["domain.file=…/tasks.jsonl"] } },
 * });
 * ```
 */
export function harmlessPlan(plan: Json): Json {
  const clean = harmless(plan);
  if (!isJsonObject(clean) || !isJsonObject(clean.experiment)) return clean;
  return { ...clean, experiment: { ...clean.experiment, file: null } };
}

/** JSON in which each absolute path is its last name. */
export function harmless(value: Json): Json {
  if (typeof value === "string") return withoutFolders(value);
  if (isJsonArray(value)) return value.map(harmless);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, harmless(field)]));
}

/** Absolute paths of Unix and Windows with at least two names, `file:` URLs, and paths from the home folder. */
function withoutFolders(text: string): string {
  return text.replaceAll(
    /(?<![\w.:/-])(?:file:\/\/)?(?:~|[A-Za-z]:)?[\\/](?:[^\s"'`<>|:*?\\/]+[\\/])+(?=[^\s\\/]|$|\s)/g,
    `${hidden}/`,
  );
}
