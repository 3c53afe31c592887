import type { JsonObject } from "../../lib/json.ts";
import { flatSettings } from "../../lib/report/settings_report.ts";

/**
 * The settings of a run by their paths, as texts. It throws where they have a form that no run's have, such as one nested
 * without end: whoever takes settings of others tries it first.
 *
 * @example
 * ```ts
 * import { settingTexts } from "exitlab/runners/hf/setting_texts.ts";
 * import assert from "node:assert/strict";
 *
 * const settings = { curriculum: { kind: "exit", options: { capacity: 8 } } };
 * assert.deepEqual([...settingTexts(settings)], [["curriculum", "exit"], ["curriculum.capacity", "8"]]);
 * ```
 */
export function settingTexts(settings: JsonObject): Map<string, string> {
  return new Map(
    [...flatSettings(settings)].map((
      [path, value],
    ) => [path, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
