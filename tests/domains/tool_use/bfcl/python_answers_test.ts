import assert from "node:assert/strict";
import { pythonFormat } from "exitlab/domain";
import { bfclRows } from "exitlab/domains/tool_use/bfcl/rows.ts";
import { bind } from "exitlab/domains/tool_use/bfcl/simulator.ts";
import { simulatorOf } from "exitlab/domains/tool_use/bfcl/world.ts";
import { writtenArguments, writtenValue } from "exitlab/domains/tool_use/bfcl/written_value.ts";

Deno.test("the ground truth in Python's syntax is read as the calls that it stands for, numbers and all", () => {
  const { parse } = pythonFormat({ exact: true });
  const file = new URL("possible_answer_base.jsonl", import.meta.url);
  const answers = Deno.readTextFileSync(file).trim().split("\n").map((line) => JSON.parse(line));
  let read = 0;
  for (const [at, row] of bfclRows("base").entries()) {
    const { id, ground_truth: turns }: { id: string; ground_truth: string[][] } = answers[at];
    assert.equal(id, row.id);
    for (const [turn, written] of turns.entries()) {
      const { calls } = written.length === 0 ? { calls: [] } : parse(`[${written.join(", ")}]`);
      const expected = row.groundTruth[turn] ?? [];
      assert.equal(calls.length, expected.length, written.join());
      for (const [index, { class: owner, name, args }] of expected.entries()) {
        const call = calls[index] ?? assert.fail();
        const method = simulatorOf(owner).methods.get(name) ?? assert.fail();
        const named = writtenArguments(call.arguments);
        for (const [place, value] of call.positional.entries()) {
          named.set(method.parameters[place]?.name ?? "", writtenValue(value));
        }
        assert.equal(call.name, name);
        assert.deepEqual(bind(owner, name, method, named), bind(owner, name, method, args));
        read++;
      }
    }
  }
  assert.equal(read, 1142);
});
