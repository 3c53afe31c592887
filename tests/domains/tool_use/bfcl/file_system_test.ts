import assert from "node:assert/strict";
import fc from "fast-check";
import type { PyValue } from "exitlab/domains/tool_use/bfcl/python/value.ts";
import { dict } from "exitlab/domains/tool_use/bfcl/python/value.ts";
import { plainJson } from "exitlab/domains/tool_use/bfcl/python/state_json.ts";
import {
  type BfclOutcome,
  type BfclWorld,
  callMethod,
  publicAttributes,
  simulatorOf,
} from "exitlab/domains/tool_use/bfcl/world.ts";

const owner = "GorillaFileSystem";
const begin: BfclWorld = { [owner]: plainJson(simulatorOf(owner).load(dict())) };

function call(world: BfclWorld, name: string, args: { readonly [key: string]: PyValue }): BfclOutcome {
  return callMethod(world, owner, name, dict(args));
}

Deno.test("copies that share what is in them cannot make a tree too large to show", () => {
  let world = call(begin, "mkdir", { dir_name: "d0" }).world;
  let refused = 0;
  for (let level = 1; level <= 40; level++) {
    const [before, copy, next] = [`d${level - 1}`, `e${level}`, `d${level}`];
    for (
      const [name, args] of [
        ["mkdir", { dir_name: next }],
        ["cp", { source: before, destination: copy }],
        ["mv", { source: before, destination: next }],
        ["mv", { source: copy, destination: next }],
      ] as const
    ) {
      const { world: after, raised } = call(world, name, args);
      if (raised) {
        refused++;
        assert.deepEqual(after, world);
      }
      world = after;
    }
  }
  assert.ok(refused > 0);
  assert.ok(call(world, "find", {}).result.length < 5_000_000);
  assert.equal(publicAttributes(world, owner).size, 2);
});

Deno.test("a call leaves the world that it was made in as it is", () => {
  const name = fc.constantFrom("a", "b", ".", "..", "");
  const step = fc.tuple(fc.constantFrom("mkdir", "touch", "cp", "mv", "cd", "rm"), name, name);
  fc.assert(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
    let world = begin;
    for (const [command, from, to] of steps) {
      const args = [...simulatorOf(owner).methods.get(command)?.parameters ?? []].map((
        each,
        at,
      ) => [each.name, at === 0 ? from : to]);
      const before = JSON.stringify(world);
      const { world: after } = call(world, command, Object.fromEntries(args));
      assert.equal(JSON.stringify(world), before);
      world = after;
    }
  }));
});
