/** Names of files that come from the command line or from runs of elsewhere. */
import assert from "node:assert/strict";
import { UserError } from "../../../lib/errors.ts";
import { compareRuns } from "../../../lib/metrics/comparison.ts";
import { checkName, experimentName } from "../../../runners/cli/comparison_words.ts";
import { results } from "../../lib/metrics/fabricate_results.ts";

Deno.test("checkName() refuses what leads elsewhere", () => {
  for (const name of [undefined, "exit", "exit-2.1", "_a"]) checkName(name);
  for (const name of ["", ".", "..", ".hidden", "a/b", "../a", "a\\b", "a\n"]) {
    assert.throws(() => checkName(name), UserError, name);
  }
});

Deno.test("experimentName() takes a run's word only for what can name a file", () => {
  const named = (...names: string[]) =>
    experimentName(
      compareRuns(names.map((experiment, at) => results("exit", at, () => true, { experiment }))),
    );
  assert.equal(named("exit-math", "exit-math"), "exit-math");
  assert.equal(named("one", "two"), "comparison");
  assert.equal(named("../../up"), "comparison");
});
