import assert from "node:assert/strict";
import fc from "fast-check";
import type { Competition } from "../../../../domains/mle/competition/competition.ts";
import { drawCompetition } from "../../../../domains/mle/competition/draw_competition.ts";
import { isBetter } from "../../../../domains/mle/competition/metric.ts";
import { scorePredictions } from "../../../../domains/mle/competition/score_predictions.ts";
import { Random } from "../../../../lib/domain/mod.ts";

const drawn = fc.nat({ max: 200 }).map((index) => drawCompetition(3, index));

/** The truth as a program would have to predict it. */
function truthOf({ answers, positive }: Competition): (number | string)[] {
  return answers.map((answer) => positive === null ? answer : answer === positive ? 1 : 0);
}

Deno.test("scorePredictions() gives the truth all there is, and it is no worse than the best", () => {
  fc.assert(
    fc.property(drawn, (competition) => {
      const scored = scorePredictions(competition, truthOf(competition));
      assert.ok(scored.ok);
      assert.equal(scored.quality, 1);
      assert.equal(scored.reward, 1);
      // a perfect average precision is a rounding error off 1
      const worse = scored.test + (competition.best.test > 1 - 1e-9 ? 1e-9 : 0);
      assert.ok(!isBetter(competition.metric, competition.best.test, worse));
    }),
    { numRuns: 40 },
  );
});

Deno.test("scorePredictions() scores each half by its own rows", () => {
  fc.assert(
    fc.property(drawn, (competition) => {
      const truth = truthOf(competition);
      const wrong = truth.toReversed();
      const half = truth.map((value, row) => competition.parts[row] === "test" ? value : wrong[row] ?? value);
      const scored = scorePredictions(competition, half);
      assert.ok(scored.ok);
      assert.equal(scored.quality, 1);
      assert.ok(scored.reward < 1);
      const all = scorePredictions(competition, wrong);
      assert.ok(all.ok);
      assert.equal(all.reward, scored.reward);
    }),
    { numRuns: 40 },
  );
});

Deno.test("scorePredictions() keeps quality and reward in [0, 1] whatever the order of the predictions", () => {
  fc.assert(
    fc.property(drawn, fc.nat(), (competition, seed) => {
      const shuffled = new Random(seed, "order").shuffle(truthOf(competition));
      const scored = scorePredictions(competition, shuffled);
      assert.ok(scored.ok);
      assert.ok(scored.quality >= 0 && scored.quality < 1);
      assert.ok(scored.reward >= 0 && scored.reward < 1);
    }),
    { numRuns: 40 },
  );
});

/** One hidden row a half, so that scores are easily seen. */
const small: Competition = {
  id: "small",
  title: "Small",
  description: "Two rows.",
  metric: "mae",
  target: "y",
  classes: null,
  positive: null,
  train: "x,y\n1,0\n",
  test: "x\n1\n2\n",
  answers: [10, 20],
  parts: ["validation", "test"],
  dummy: { validation: 8, test: 10 },
  best: { validation: 4, test: 0 },
  medals: { gold: 1, silver: 2, bronze: 6 },
};

Deno.test("scorePredictions() places scores between the dummy and the best, and gives medals for the test half", () => {
  assert.deepEqual(scorePredictions(small, [4, 15]), {
    ok: true,
    validation: 6,
    test: 5,
    reward: 0.5,
    quality: 0.5,
    medal: "bronze",
  });
  assert.deepEqual(scorePredictions(small, [10, 40]), {
    ok: true,
    validation: 0,
    test: 20,
    reward: 1,
    quality: 0,
    medal: null,
  });
});

Deno.test("scorePredictions() tells what is wrong with predictions", () => {
  assert.deepEqual(scorePredictions(small, [1, "2"]), {
    ok: false,
    message: 'Expected a number but found "2" (prediction 1, counted from 0)',
  });
});
