import assert from "node:assert/strict";
import { UserError } from "../../../lib/errors.ts";
import { compareRuns } from "../../../lib/metrics/comparison.ts";
import { compareCompute } from "../../../lib/metrics/equal_compute.ts";
import { estimate } from "../../../lib/metrics/estimate.ts";
import type { RunResults } from "../../../lib/metrics/run_results.ts";
import { results } from "./fabricate_results.ts";
import { comparisonReport } from "../../../lib/report/comparison_report.ts";
import { toText } from "../../../lib/report/document.ts";

const half = (task: number): boolean => task % 2 === 0;
const learns = (task: number, step: number): boolean => task % 2 === 0 || step >= task;
const seeds = [1, 2, 3];

Deno.test("compareRuns() tells arms that are alike from arms that are not", () => {
  const { arms, differences, steps } = compareRuns([
    ...seeds.map((seed) => results("grpo", seed, half, { tasks: 20 })),
    ...seeds.map((seed) => results("same", seed, half, { tasks: 20 })),
    ...seeds.map((seed) => results("better", seed, () => true, { tasks: 20 })),
  ]);
  assert.equal(steps, 4);
  assert.deepEqual(arms.map(({ label, seeds, tasks, chains }) => [label, seeds, tasks, chains]), [
    ["better", [1, 2, 3], 20, 1],
    ["grpo", [1, 2, 3], 20, 1],
    ["same", [1, 2, 3], 20, 1],
  ]);
  const [better, same] = differences;
  assert.deepEqual([better?.arm, better?.against, better?.finding, better?.holds], [
    "better",
    "grpo",
    "higher",
    true,
  ]);
  assert.equal(better?.value?.mean, 0.5);
  assert.equal(better?.standardError, 0);
  assert.deepEqual([same?.finding, same?.holds, same?.value?.low, same?.value?.high], ["none", false, 0, 0]);
  assert.deepEqual([same?.value?.p, same?.holm], [1, 1]);
});

Deno.test("compareRuns() gives each arm its curve, gain, area and corrections", () => {
  // Of six tasks 0, 2, 4 are right at once, 1 and 3 turn right after as many steps, 5 does not within four.
  const { arms: [arm] } = compareRuns([results("exit", 1, learns)]);
  assert.ok(arm !== undefined);
  assert.deepEqual(arm.curve.map(({ mean }) => Number((6 * mean).toFixed(9))), [3, 4, 4, 5, 5]);
  assert.ok(Math.abs(arm.gain.mean - 2 / 6) < 1e-12);
  assert.ok(Math.abs(arm.area.mean - (0.5 + 1 + 1.5 + 2) / 4 / 6) < 1e-12);
  assert.deepEqual(arm.corrections.map(({ net, gainedStep, lost }) => [net, gainedStep, lost]), [
    [1, 1, 0],
    [1, 0, 0],
    [2, 1, 0],
    [2, 0, 0],
  ]);
  const curve = arm.curve[0];
  assert.deepEqual(
    { mean: curve?.mean, standardError: curve?.standardError },
    estimate([[1, 0, 1, 0, 1, 0]]),
  );
  assert.equal(arm.gain.resampled, "tasks");
  assert.equal(arm.controls, null);
});

Deno.test("compareRuns() says whether answers are the latest of chains or the best so far of searches", () => {
  const settings = { evaluate: { steps: 4, search: { drafts: 1 } } };
  const [chain, search] = [results("grpo", 1, learns), results("exit", 1, learns, { settings })];
  assert.equal(compareRuns([chain]).scaffold, "chain");
  assert.equal(compareRuns([search]).scaffold, "search");
  const both = compareRuns([chain, search]);
  assert.equal(both.scaffold, "both");
  assert.match(both.notes.join(), /Evaluated by search are exit alone: their answers are the best so far by/);
  const texts = [[chain], [search], [chain, search]].map((runs) =>
    toText(comparisonReport(compareRuns(runs), "terminal")).replaceAll("\n", " ")
  );
  assert.match(texts[0] ?? "", /the latest answer after k self-improvement steps/);
  assert.doesNotMatch(texts[0] ?? "", /search|validation/);
  assert.match(texts[1] ?? "", /after k steps of a search the best answer so far by validation/);
  assert.doesNotMatch(texts[1] ?? "", /latest answer/);
  assert.match(texts[2] ?? "", /the latest answer of a chain, or the best so far by validation of a search/);
});

Deno.test("compareRuns() stops at a step that is asked for, and refuses one that is not reached", () => {
  const runs = [results("a", 1, learns), results("b", 1, learns, { steps: 2 })];
  const shortest = compareRuns(runs);
  assert.equal(shortest.steps, 2);
  assert.ok(shortest.notes.includes("Figures stop at step 2 of up to 4"));
  assert.deepEqual(shortest.arms.map(({ curve, corrections }) => [curve.length, corrections.length]), [
    [3, 2],
    [3, 2],
  ]);
  assert.deepEqual(compareRuns(runs, { step: 1 }).arms.map(({ curve }) => curve.length), [2, 2]);
  assert.equal(compareRuns(runs, { step: 0 }).arms[0]?.gain.mean, 0);
  assert.throws(
    () => compareRuns(runs, { step: 3 }),
    /Expected --step to be at most 2, the last step of run "b-1", but found 3/,
  );
  assert.throws(() => compareRuns([]), UserError);
});

Deno.test("compareRuns() pairs the seeds that both arms have, whatever the others do", () => {
  const odd = (seed: number) => (task: number): boolean => (task + seed) % 2 === 0;
  const runs = [
    ...[1, 2, 3, 4].map((seed) => results("grpo", seed, odd(seed))),
    ...[5, 3, 2].map((seed) => results("exit", seed, odd(seed))),
    results("alone", 9, half),
  ];
  const { arms, differences } = compareRuns(runs);
  assert.deepEqual(arms.map(({ seeds }) => seeds), [[1, 2, 3, 4], [2, 3, 5], [9]]);
  const [exit, alone] = differences;
  assert.deepEqual([exit?.seeds, exit?.value?.mean, exit?.value?.high], [[2, 3], 0, 0]);
  assert.deepEqual([alone?.seeds, alone?.value, alone?.holm, alone?.finding], [[], null, null, "none"]);
});

Deno.test("compareRuns() compares tasks that both arms have, by their ids", () => {
  const many = results("grpo", 1, (task) => task < 3, { tasks: 8 });
  const { differences: [difference], notes } = compareRuns([many, results("exit", 1, (task) => task < 4)]);
  assert.equal(difference?.tasks, 6);
  assert.ok(Math.abs((difference?.value?.mean ?? NaN) - 1 / 6) < 1e-12);
  assert.ok(notes.some((note) => note.includes("6 are in all runs")));
  const renamed = { ...many, arm: "exit", run: "exit", tasks: many.tasks.map((task) => `other ${task}`) };
  const { differences: [none] } = compareRuns([many, renamed]);
  assert.deepEqual([none?.tasks, none?.value], [0, null]);
});

Deno.test("compareRuns() keeps experiments and variants apart, and says so", () => {
  const other = results("exit", 1, half, { variant: "123456", run: "x", settings: { quick: true } });
  const variants = compareRuns([results("exit", 1, half), other]);
  assert.deepEqual(variants.arms.map(({ label }) => label), ["exit@abcdef", "exit@123456"]);
  assert.match(variants.notes.join(), /kept apart as variants \(exit@abcdef, exit@123456\)/);
  const experiments = compareRuns([results("exit", 1, half), {
    ...other,
    variant: "abcdef",
    experiment: "two",
  }]);
  assert.deepEqual(experiments.arms.map(({ label }) => label), ["made-up/exit", "two/exit"]);
  assert.match(experiments.notes.join(), /runs of 2 experiments \(made-up, two\)/);
});

Deno.test("compareRuns() counts a seed once, by its newest run", () => {
  const old = results("exit", 1, half, { run: "old", started: "2024-01-01 00:00:00" });
  const { arms: [arm], notes } = compareRuns([results("exit", 1, () => true), old]);
  assert.deepEqual([arm?.seeds, arm?.curve[0]?.mean], [[1], 1]);
  assert.deepEqual(notes, ['Run "old" is left out: "exit-1" is a newer run of the same settings and seed']);
});

Deno.test("compareRuns() takes arms and references by name, a reference's pair once", () => {
  const runs = ["chain", "exit", "grpo"].flatMap((arm) => [results(arm, 1, half), results(arm, 2, half)]);
  const pairs = (options: Parameters<typeof compareRuns>[1]) =>
    compareRuns(runs, options).differences.map(({ arm, against }) => `${arm} - ${against}`);
  assert.deepEqual(pairs({}), ["chain - grpo", "exit - grpo"]);
  assert.deepEqual(pairs({ against: ["chain", "grpo"] }), ["exit - chain", "grpo - chain", "exit - grpo"]);
  assert.deepEqual(pairs({ arms: ["exit", "chain"] }), ["chain - exit"]);
  assert.deepEqual(pairs({ arms: ["exit"], against: ["grpo"] }), ["exit - grpo"]);
  assert.deepEqual(pairs({ arms: ["exit"] }), []);
  assert.throws(
    () => pairs({ arms: ["exti"] }),
    /Expected --arms to name an arm but found "exti" \(did you mean/,
  );
  assert.throws(() => pairs({ against: ["zebra"] }), /--against .* "zebra" \(there are chain, exit, grpo\)/);
});

Deno.test("compareRuns() adjusts p-values for the number of comparisons", () => {
  const slightly = (arm: number) => (task: number): boolean => task % 3 === 0 || (task + arm) % 7 === 0;
  const runs = [
    results("grpo", 1, (task) => task % 3 === 0, { tasks: 60 }),
    ...[1, 2, 3, 4].map((arm) => results(`a${arm}`, 1, slightly(arm), { tasks: 60 })),
  ];
  const { differences } = compareRuns(runs);
  assert.equal(differences.length, 4);
  for (const { value, holm, finding, holds } of differences) {
    assert.ok(value?.p !== undefined && value.p !== null && holm !== null && holm > value.p);
    assert.deepEqual([finding, holds], ["higher", holm <= 0.05]);
  }
  const [alone] = compareRuns(runs, { arms: ["a1"], against: ["grpo"] }).differences;
  assert.equal(alone?.holm, alone?.value?.p);
});

Deno.test("compareRuns() gives the same figures each time, and others for another seed of the resampling", () => {
  const runs = seeds.flatMap((seed) => [
    results("grpo", seed, (task) => (task * seed) % 5 < 2, { tasks: 20 }),
    results("exit", seed, (task) => (task + seed) % 3 === 0, { tasks: 20 }),
  ]);
  const first = compareRuns(runs);
  assert.deepEqual(compareRuns(runs.toReversed()), first);
  assert.notDeepEqual(compareRuns(runs, { seed: 1 }).differences, first.differences);
});

Deno.test("compareRuns() sets a chain beside as many independent attempts", () => {
  // Five draws a task: the first two agree and are right only on even tasks, one of the others is right everywhere.
  const [draws, tasks] = [5, 6];
  const solved = Array.from({ length: tasks * draws }, (_, at) => {
    const draw = at % draws;
    return draw === 4 || (draw < 2 && half(Math.floor(at / draws)));
  });
  const same = solved.map((_, at) => Math.max(0, at % draws - 1) === 0 ? 0 : at % draws);
  const run = results("exit", 1, learns, {
    ...{ draws, drawn: { solved, same, pickedSolved: solved, pickedQuality: solved.map(() => null) } },
    tokens: [{ benchmark: "test", chains: 90, draws: 60 }],
  });
  const { arms: [arm] } = compareRuns([run]);
  const controls = arm?.controls;
  assert.ok(controls !== undefined && controls !== null);
  assert.equal(controls.attempts, 5);
  assert.deepEqual([controls.bestOfDraws.mean, controls.majority.mean], [1, 0.5]);
  assert.ok(Math.abs(controls.latest.mean - 5 / 6) < 1e-12);
  assert.ok(Math.abs(controls.latestMinusBest.mean + 1 / 6) < 1e-12);
  assert.ok(Math.abs(controls.latestMinusMajority.mean - 2 / 6) < 1e-12);
  assert.deepEqual([controls.chainTokens, controls.drawTokens], [15, 10]);
  const early = compareRuns([run], { step: 1 }).arms[0]?.controls;
  assert.equal(early?.attempts, 2);
  // Two of five draws are right on even tasks besides the last, which always is: 1 - C(2,2)/C(5,2), 1 - C(4,2)/C(5,2).
  assert.ok(Math.abs((early?.bestOfDraws.mean ?? NaN) - (0.9 + 0.4) / 2) < 1e-12);
});

Deno.test("compareRuns() sets a search beside the best by validation of as many drafts", () => {
  const [draws, tasks] = [5, 6];
  // What is picked is right on the first three tasks from the third draw on.
  const pickedSolved = Array.from({ length: tasks * draws }, (_, at) => at % draws >= 2 && at < 3 * draws);
  const pickedQuality = pickedSolved.map((solved) => solved ? 0.75 : 0.25);
  const solved = pickedSolved.map(() => true);
  const drawn = { solved, same: solved.map((_, at) => at % draws), pickedSolved, pickedQuality };
  const settings = { evaluate: { search: { drafts: 1 } } };
  const run = results("exit", 1, learns, { draws, drawn, settings });
  const drafts = compareRuns([run]).arms[0]?.drafts;
  assert.equal(drafts?.attempts, 5);
  assert.equal(drafts?.drafts.mean, 0.5);
  assert.ok(Math.abs((drafts?.found.mean ?? NaN) - 5 / 6) < 1e-12);
  assert.ok(Math.abs((drafts?.difference.mean ?? NaN) - 2 / 6) < 1e-12);
  assert.equal(compareRuns([run], { step: 1 }).arms[0]?.drafts?.drafts.mean, 0);
  assert.equal(compareRuns([run], { measure: "quality" }).arms[0]?.drafts?.drafts.mean, 0.5);
  const text = (of: RunResults) => toText(comparisonReport(compareRuns([of]), "terminal"));
  assert.match(text(run), /Search beside drafts alone\n[^]*arm +responses +found by search +best of drafts/);
  // Of a chain, and where nobody knows what the draws scored on validation, there is nothing to say.
  const chain = results("exit", 1, learns, { draws, drawn });
  const old = { ...run, drawn: { ...drawn, pickedSolved: pickedSolved.map(() => null) } };
  for (const silent of [chain, old]) {
    assert.equal(compareRuns([silent]).arms[0]?.drafts, null);
    assert.doesNotMatch(text(silent), /drafts alone/);
  }
});

Deno.test("compareRuns() compares qualities where that is asked, if there are any", () => {
  const run = results("exit", 1, half);
  const graded = { ...run, chains: { ...run.chains, quality: run.chains.quality.map(() => 0.25) } };
  assert.equal(compareRuns([graded], { measure: "quality" }).arms[0]?.curve[0]?.mean, 0.25);
  const without = { ...run, chains: { ...run.chains, quality: run.chains.quality.map(() => null) } };
  assert.throws(() => compareRuns([without], { measure: "quality" }), /those of run "exit-1" have none/);
});

Deno.test("compareCompute() finds what was equal, if anything was", () => {
  const arm = (tokens: number | null, rollouts: number | null, iterations: number | null) => ({
    ...{ tokens, rollouts, iterations },
  });
  assert.equal(compareCompute([arm(100, 1, 1), arm(101, 9, 9)]).equalIn, "tokens");
  assert.equal(compareCompute([arm(100, 10, 1), arm(103, 10, 9)]).equalIn, "rollouts");
  assert.equal(compareCompute([arm(100, 1, 7), arm(200, 2, 7)]).equalIn, "iterations");
  assert.deepEqual(compareCompute([arm(100, 1, 1), arm(150, 2, 3)]), {
    equalIn: null,
    excess: { tokens: 0.5, rollouts: 1, iterations: 2 },
  });
  assert.deepEqual(compareCompute([arm(100, null, 0), arm(null, null, 1)]), {
    equalIn: null,
    excess: { tokens: null, rollouts: null, iterations: null },
  });
  assert.equal(compareCompute([]).equalIn, null);
});
