import assert from "node:assert/strict";
import * as exitlab from "exitlab";
import { isJson, isJsonObject, type Json } from "../../lib/json.ts";
import { docPages } from "./pages.ts";

/** The options in force of what a function of the public face makes without being told anything; `undefined` if it needs more. */
function defaultsOf(name: string): Json | undefined {
  const make = Object.entries(exitlab).find(([key]) => key === name)?.[1];
  if (typeof make !== "function") return undefined;
  try {
    const part: unknown = Reflect.apply(make, undefined, []);
    if (typeof part !== "object" || part === null || !("options" in part)) return undefined;
    return isJson(part.options) ? part.options : undefined;
  } catch {
    return undefined;
  }
}

/** A default as a table has it, such as `"binary"`, 0.5 or .3; `undefined` for what is told in words. */
function told(cell: string): Json | undefined {
  const text = cell.trim().replaceAll("`", "").replace(/^\./, "0.");
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The pages whose table of options is that of one function. */
const pageFunctions: Readonly<Record<string, string>> = {
  "docs/formula.md": "formula",
  "docs/bfcl.md": "bfcl",
  "docs/engine.md": "tinyTransformer",
};

Deno.test("the defaults in the documentation's tables of options are those of the code", async () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const { path, text } of await docPages()) {
    let name = pageFunctions[path];
    for (const line of text.split("\n")) {
      const heading = /^##+ `(\w+)\(\)`$/.exec(line);
      if (heading !== null) name = heading[1];
      else if (/^## /.test(line) && pageFunctions[path] === undefined) name = undefined;
      const [, option = "", cell = ""] = /^\| `(\w+)` +\| ([^|]*)\|/.exec(line) ?? [];
      const options = name === undefined ? undefined : defaultsOf(name);
      const wanted = told(cell);
      if (!isJsonObject(options) || wanted === undefined || options[option] === undefined) continue;
      seen += 1;
      if (JSON.stringify(options[option]) !== JSON.stringify(wanted)) {
        wrong.push(
          `${path}: ${name}({ ${option} }) is ${JSON.stringify(options[option])}, not ${cell.trim()}`,
        );
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert(seen >= 40, `only ${seen} defaults were compared`);
});

Deno.test("the defaults in docs/experiments.md are those of an experiment that sets nothing", async () => {
  const { compile, defineExperiment, grpo, sudoku, tinyTransformer, uniform } = exitlab;
  const parts = { domain: sudoku(), policy: tinyTransformer(), objective: grpo(), curriculum: uniform() };
  const { plan } = compile(defineExperiment({ name: "bare", ...parts, budget: { iterations: 1 } }));
  const settings: Json = JSON.parse(JSON.stringify(plan.arms["uniform"]?.settings));
  const page = await Deno.readTextFile("docs/experiments.md");
  let group = "";
  let seen = 0;
  for (
    const [, name, option = "", cell = ""] of page.matchAll(/^\| (?:`(\w+)`)? +\| `(\w+)` +\| ([^|]*)\|/gm)
  ) {
    group = name ?? group;
    const wanted = told(cell);
    if (wanted === undefined) continue;
    const options = isJsonObject(settings) ? settings[group] : undefined;
    assert.deepEqual(isJsonObject(options) ? options[option] : undefined, wanted, `${group}.${option}`);
    seen += 1;
  }
  assert(seen >= 8, `only ${seen} defaults were compared`);
});
