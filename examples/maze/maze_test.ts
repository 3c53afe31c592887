import { checkDomain } from "exitlab/domain";
import assert from "node:assert/strict";
import { maze } from "./maze.ts";

Deno.test("maze() keeps the contract of a domain", async () => {
  assert.deepEqual(await checkDomain(maze()), []);
});

Deno.test("maze() goes on from where a leg ended, and stops at walls", async () => {
  const [domain, map] = [maze(), "@.#G..#........."];
  const first = await domain.step(map, domain.begin(map), "rrr");
  assert.deepEqual([first.state, first.done], [{ at: 1, legs: 1 }, false]);
  assert.equal(domain.prompt(map, first.state)[0]?.content, "B.@#G..#.........");
  let turn = first;
  for (const leg of ["ddr", "ruu"]) turn = await domain.step(map, turn.state, leg);
  assert.deepEqual([turn.verdict.solved, turn.done, turn.state.legs], [true, true, 3]);
});
