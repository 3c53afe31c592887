import assert from "node:assert/strict";
import { killAndResume, undisturbed } from "../../support/kills.ts";

Deno.test("deno task run gives the same rows when it is killed and resumed", async () => {
  const whole = await undisturbed("exit", 1);
  const report = await killAndResume("exit", 1, 4, whole);
  assert(report.identical);
});
