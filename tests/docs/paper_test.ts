import assert from "node:assert/strict";
import { compile, type Experiment } from "exitlab";
import type { PlannedArm } from "../../lib/experiment/plan.ts";
import paperMath from "../../experiments/paper_math.ts";
import paperMle from "../../experiments/paper_mle.ts";
import paperTools from "../../experiments/paper_tools.ts";
import { isJsonObject, type Json } from "../../lib/json.ts";

/** The arms in the order of the table. */
const rungs = ["grpo", "curriculum", "improve", "diverge", "exit"] as const;

/** An option by its path as `--set` takes it; `undefined` where an arm does not have it. */
function option(arm: PlannedArm, path: string): Json | undefined {
  const [role = "", ...keys] = path.split(".");
  const settings: Json = JSON.parse(JSON.stringify(arm.settings));
  assert(isJsonObject(settings));
  let value: Json | undefined = settings[role];
  if (role === "operators") {
    const kind = keys.shift();
    assert(Array.isArray(value));
    value = value.find((each: Json) => isJsonObject(each) && each["kind"] === kind);
  }
  if (isJsonObject(value) && isJsonObject(value["options"])) value = value["options"];
  for (const key of keys) value = isJsonObject(value) ? value[key] : undefined;
  return value;
}

Deno.test("the hyperparameters of docs/paper.md are those of the paper_ experiments", async () => {
  const page = await Deno.readTextFile("docs/paper.md");
  const section = page.split("## The hyperparameters")[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => /^\| .*`/.test(line)).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  assert.equal(rows.length, 16);
  const experiments: readonly Experiment[] = [paperMath, paperTools, paperMle];
  for (const [column, experiment] of experiments.entries()) {
    const { plan } = compile(experiment, { runner: "hf", seeds: [1] });
    for (const [, path = "", ...cells] of rows) {
      const told = (cells[column] ?? "").split(" / ");
      for (const [at, rung] of rungs.entries()) {
        const arm = plan.arms[rung];
        assert(arm !== undefined);
        const wanted = told.length === 1 ? told[0] : told[at];
        const found = option(arm, path.replaceAll("`", ""));
        const text = found === undefined || found === null ? "–" : String(found);
        assert.equal(
          text,
          String(Number.isNaN(Number(wanted)) ? wanted : Number(wanted)),
          `${experiment.name} ${rung} ${path}`,
        );
      }
    }
  }
});
