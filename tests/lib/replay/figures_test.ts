import assert from "node:assert/strict";
import { rootStart, type Start } from "exitlab/lib/curriculum/start.ts";
import { figureEstimates, figureMeans, nearest, PickTally } from "exitlab/lib/replay/figures.ts";

function history(id: string, task: number, depth: number): Start {
  const verdict = { quality: 0, solved: false, reward: 0 };
  return {
    ...rootStart(task, `r${task}`, null),
    id,
    depth,
    attempt: { response: id, verdict, feedback: null },
  };
}

const roots = [0, 1, 2, 3].map((task) => ({ ...rootStart(task, `r${task}`, null), id: `root ${task}` }));
const [a, b, c, d] = [
  roots[0] ?? assert.fail(),
  roots[1] ?? assert.fail(),
  roots[2] ?? assert.fail(),
  roots[3] ?? assert.fail(),
];

const log = {
  measured: new Map([
    ["root 0", [{ iteration: 2, learnability: 0.25, flat: 0 }, {
      iteration: 6,
      learnability: 0,
      flat: 1,
    }]],
    ["root 1", [{ iteration: 4, learnability: 0.1875, flat: 0 }]],
    ["root 2", [{ iteration: 1, learnability: 0, flat: 1 }]],
  ]),
};

Deno.test("PickTally sorts picks by what the log measured of them, and weighs each by the nearest measurement", () => {
  const tally = new PickTally(log);
  // Of two measurements as near, the earlier: root 0 counts 0.25 in iteration 4.
  tally.add([a, b, c, d, history("h", 3, 2)], [b, d, d], 4);
  const figures = tally.figures();
  assert.equal(figures.learnability, (0.25 + 0.1875 + 0) / 3);
  assert.equal(figures.freshLearnability, (0 + 0.1875) / 2, "root 2 was measured before alone");
  assert.equal(figures.sameLearnability, 0.1875);
  assert.equal(figures.least, (0.25 + 0.1875) / 5);
  assert.equal(figures.most, (0.25 + 0.1875 + 2 * 0.25) / 5);
  assert.equal(figures.flat, 1 / 3);
  assert.equal(figures.depth, 2 / 5);
  assert.equal(figures.replayed, 1 / 5);
  assert.equal(figures.roots, 4 / 5, "the history is of a root that is there already");
  assert.equal(figures.overlap, 2 / 5);
  assert.deepEqual([figures.same, figures.other, figures.inherited, figures.unknown], [0.2, 0.4, 0.2, 0.2]);
  assert.equal(figures.fresh, 2 / 5);
  assert.equal(figures.age, (2 + 3) / 2);
  assert.deepEqual([figures.distinct, figures.effective], [5, 5]);
});

Deno.test("PickTally adds up batches, and counts a logged start once", () => {
  const tally = new PickTally(log);
  tally.add([a, a], [a], 2);
  tally.add([a, b], [c], 4);
  const { overlap, distinct, effective, roots, same } = tally.figures();
  assert.equal(overlap, 1 / 4);
  assert.equal(distinct, 2);
  assert.equal(effective, 16 / 10);
  assert.equal(roots, 3 / 4);
  assert.equal(same, 3 / 4);
  assert.deepEqual([...tally.picked()].map(({ start, picks }) => [start.id, picks]), [["root 0", 3], [
    "root 1",
    1,
  ]]);
});

Deno.test("PickTally counts groups that taught nothing, where some of a start's groups in an iteration did", () => {
  const tally = new PickTally({
    measured: new Map([["root 0", [{ iteration: 1, learnability: 0.125, flat: 0.5 }]]]),
  });
  tally.add([a, a], [a, a], 1);
  assert.equal(tally.figures().flat, 0.5);
});

Deno.test("PickTally.figures() has nothing to say of nothing", () => {
  const tally = new PickTally(log);
  assert.equal(tally.figures().learnability, null);
  tally.add([d], [], 1);
  const { learnability, flat, age, unknown, least, most } = tally.figures();
  assert.deepEqual([learnability, flat, age, unknown, least, most], [null, null, null, 1, 0, 0.25]);
});

Deno.test("nearest() gives the measurement of the least distance, of two the earlier", () => {
  const measured = [1, 3, 9].map((iteration) => ({ iteration, learnability: iteration / 100, flat: 0 }));
  const expected = [[0, 1], [1, 1], [2, 1], [3, 3], [6, 3], [7, 9], [12, 9]];
  for (const [at, found] of expected) assert.equal(nearest(measured, at ?? 0)?.iteration, found, `${at}`);
  assert.equal(nearest([], 3), undefined);
});

Deno.test("figureEstimates() leaves out replays that lack a figure", () => {
  const figures = new PickTally(log).figures();
  const estimates = figureEstimates([{ ...figures, age: 2 }, { ...figures, age: null }, {
    ...figures,
    age: 4,
  }]);
  assert.equal(estimates.age?.mean, 3);
  assert.equal(estimates.learnability, null);
  assert.equal(figureMeans(estimates).age, 3);
});
