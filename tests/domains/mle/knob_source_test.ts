import assert from "node:assert/strict";
import { drawTask, type KnobRules, knobSource, splitOf } from "../../../domains/mle/knob_source.ts";
import { Random } from "../../../lib/random.ts";

const usual: KnobRules = { knobs: 8, hint: 0.3, seed: 0 };

function settings(
  rules: KnobRules,
  split: "train" | "test",
  count: number,
  of: "hint" | "optimum",
): Set<string> {
  const source = knobSource(rules, split, null);
  return new Set(Array.from({ length: count }, (_, index) => source.at(index).task[of]));
}

Deno.test("splitOf() goes by the SHA-256 of the setting as JSON", () => {
  // As sha256sum says: 7ecb…, 6a73…, 8875…, 8334…, 9c79….
  const splits = ["48955943", "67255942", "00", "42", "42195037"].map(splitOf);
  assert.deepEqual(splits, ["train", "train", "test", "test", "test"]);
});

Deno.test("splitOf() puts about half of the settings on each side", () => {
  for (const knobs of [2, 3]) {
    const all = Array.from({ length: 10 ** knobs }, (_, value) => String(value).padStart(knobs, "0"));
    const share = all.filter((setting) => splitOf(setting) === "train").length / all.length;
    assert.ok(share > 0.4 && share < 0.6, `${share}`);
  }
});

Deno.test("knobSource() shares no setting between the splits, of any seeds", () => {
  for (const knobs of [2, 3, 8]) {
    const of = (split: "train" | "test", seed: number): Set<string> =>
      settings({ ...usual, knobs, seed }, split, 400, "optimum").union(
        settings({ ...usual, knobs, seed }, split, 400, "hint"),
      );
    assert.ok(of("train", 0).size > 35 && of("test", 0).size > 35);
    assert.equal(of("train", 0).intersection(of("test", 0)).size, 0);
    assert.equal(of("train", 1).intersection(of("test", 2)).size, 0);
  }
});

Deno.test("knobSource() makes tasks of n digits whose hint is not the optimum", () => {
  for (const knobs of [2, 5, 64]) {
    const source = knobSource({ knobs, hint: 0.9, seed: 1 }, "test", null);
    for (let index = 0; index < 200; index++) {
      const { id, task } = source.at(index);
      for (const setting of [task.hint, task.optimum]) assert.match(setting, new RegExp(`^[0-9]{${knobs}}$`));
      assert.notEqual(task.hint, task.optimum);
      assert.equal(id, `knobs${knobs}:${task.hint}:${task.optimum}`);
    }
  }
});

Deno.test("knobSource() makes the same task at an index, whatever was asked before and however long the list", () => {
  const ids = (rules: KnobRules, size: number | null, count: number): string[] => {
    const source = knobSource(rules, "train", size);
    return Array.from({ length: count }, (_, index) => source.at(index).id);
  };
  const first = ids(usual, 100, 100);
  assert.equal(new Set(first).size, 100);
  assert.equal(knobSource(usual, "train", 300).at(99).id, first[99]);
  assert.deepEqual(ids(usual, null, 100), first);
  assert.notDeepEqual(ids({ ...usual, seed: 1 }, 100, 100), first);
  const endless = knobSource(usual, "train", null);
  assert.equal(endless.size, null);
  assert.equal(endless.at(2 ** 40).id, endless.at(2 ** 40).id);
  // With few settings, a list has no task twice, and its tasks do not depend on the order in which they are asked for.
  const few = { ...usual, knobs: 2 };
  assert.equal(new Set(ids(few, 500, 500)).size, 500);
  const backwards = knobSource(few, "train", 500);
  assert.deepEqual([backwards.at(499).id, backwards.at(3).id], [
    ids(few, 500, 500)[499],
    ids(few, 500, 500)[3],
  ]);
});

Deno.test("knobSource() refuses an index outside the list", () => {
  const source = knobSource(usual, "test", 10);
  for (const index of [-1, 10, 0.5, NaN]) assert.throws(() => source.at(index), RangeError);
  assert.throws(() => knobSource(usual, "train", null).at(-1), RangeError);
});

Deno.test("knobSource() says so when there are not enough tasks", () => {
  assert.throws(
    () => knobSource({ ...usual, knobs: 2 }, "train", 10_000).at(9999),
    /Cannot make task \d+: no other was found of knobs\(\) with 2 knobs/,
  );
});

Deno.test("drawTask() hints at each knob with its probability, chance included", () => {
  for (const hint of [0, 0.3, 0.6]) {
    const random = new Random(1);
    const hits: number[] = Array(8).fill(0);
    const rounds = 4000;
    for (let round = 0; round < rounds; round++) {
      const task = drawTask({ ...usual, hint }, "train", random);
      for (const [knob, digit] of [...task.hint].entries()) {
        if (digit === task.optimum[knob]) hits[knob] = (hits[knob] ?? 0) + 1;
      }
    }
    for (const count of hits) {
      assert.ok(Math.abs(count / rounds - (hint + (1 - hint) / 10)) < 0.04, `${count} of ${rounds}`);
    }
  }
});

Deno.test("drawTask() uses all digits for every knob", () => {
  const random = new Random(2);
  const seen = new Set<string>();
  for (let round = 0; round < 1000; round++) {
    const { hint, optimum } = drawTask(usual, "test", random);
    for (const [name, setting] of Object.entries({ hint, optimum })) {
      for (const [knob, digit] of [...setting].entries()) seen.add(`${name}${knob}${digit}`);
    }
  }
  assert.equal(seen.size, 2 * 8 * 10);
});
