import { checkDomain } from "exitlab/domain";
import assert from "node:assert/strict";
import { oneLiner } from "./one_liner.ts";

Deno.test("oneLiner() keeps the contract of a domain", async () => {
  assert.deepEqual(await checkDomain(oneLiner(), { tasks: 4 }), []);
});

Deno.test("oneLiner() runs what is written, and grades and tells what it gave", async () => {
  const judge = async (response: string) => await oneLiner().step({ times: 2, plus: 1 }, null, response);
  const right = await judge("x+x+1");
  assert.deepEqual([right.verdict.quality, right.feedback], [1, "1 3 5 7"]);
  const near = await judge("2*x+2");
  assert.deepEqual([near.verdict.quality, near.feedback], [0.5, "2 4 6 8"]);
  for (const broken of ["2*", "Deno.a", "y", "2 * x + 1"]) {
    assert.equal((await judge(broken)).verdict.quality, 0);
  }
  assert.deepEqual((await judge("2*")).verdict, { quality: 0, solved: false, reward: 0, failed: true });
});
