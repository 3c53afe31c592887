import assert from "node:assert/strict";
import exitMath from "exitlab/experiments/exit_math.ts";
import { isJsonObject, type Json } from "exitlab/lib/json.ts";
import { place } from "exitlab/runners/hf/plan/place.ts";
import { parsePlacement } from "exitlab/runners/hf/plan/placement_schema.ts";
import { compiled, listOf } from "./list.ts";

const { plan } = compiled(exitMath);
const placement = place(compiled(exitMath), listOf(), {});
const arms = Object.keys(plan.arms);

/** A placement in which the first arm has other figures. */
function figures(change: Record<string, Json>): { placement: Json } {
  return changed((each) => {
    assert(isJsonObject(each.arms) && isJsonObject(each.arms.grpo));
    each.arms = { ...each.arms, grpo: { ...each.arms.grpo, ...change } };
  });
}

/** A plan's JSON, whose placement was changed. */
function changed(change: (placement: Record<string, Json>) => void): { placement: Json } {
  const copy: { placement: Record<string, Json> } = JSON.parse(JSON.stringify({ placement }));
  change(copy.placement);
  return copy;
}

Deno.test("parsePlacement() gives back what a plan file holds", () => {
  const content: Json = JSON.parse(JSON.stringify({ ...plan, placement }));
  assert(isJsonObject(content));
  assert.deepEqual(parsePlacement(content, arms, "plan.json"), placement);
  assert.equal(parsePlacement({}, arms, "plan.json"), undefined);
});

Deno.test("parsePlacement() refuses another form, and arms that are not those of the plan", () => {
  for (
    const [content, message] of [
      [{ placement: 3 }, /Expected "placement" to be an object but found 3 in plan\.json/],
      [changed((each) => delete each.cost), /Missing option "placement\.cost" in plan\.json/],
      [changed((each) => each.token = "x"), /Unknown option "placement\.token"/],
      [
        changed((each) => each.secrets = ["hf token"]),
        /Expected "placement\.secrets\.0" to be the name of a secret/,
      ],
      [
        changed((each) => each.hardware = { source: "a", fetched: "today" }),
        /to be an ISO date but found "today"/,
      ],
      [figures({ timeoutSeconds: 60, hours: 1 }), /time-out is not shorter than its expected hours/],
      // Else a plan could be changed so that --max-cost lets it through.
      [figures({ timeoutSeconds: 360_000 }), /greatest cost is its time-out times its price/],
      [figures({ cost: { expected: 0, most: 0 } }), /greatest cost is its time-out times its price/],
      [changed((each) => each.arms = {}), /to be a placement of grpo, chain, exit, diverge and no other arm/],
    ] as const
  ) assert.throws(() => parsePlacement(content, arms, "plan.json"), { name: "UserError", message });
});
