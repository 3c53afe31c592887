import assert from "node:assert/strict";
import {
  allowedDigits,
  divergence,
  earlierAttempt,
  firstAttempt,
  improvement,
} from "../../../domains/mle/knob_editor.ts";
import { feedbackMask, judge, shareOf } from "../../../domains/mle/knob_judge.ts";
import { drawTask, type KnobTask } from "../../../domains/mle/knob_source.ts";
import { Random } from "../../../lib/random.ts";

const editor = { copy: 0.5, keep: 0.8, move: 0.2 };
const rounds = 3000;

/** The mean of a figure over many tasks. */
function mean(of: (task: KnobTask, random: Random) => number): number {
  const random = new Random(1);
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    sum += of(drawTask({ knobs: 8, hint: 0.3, seed: 0 }, "train", random), random);
  }
  return sum / rounds;
}

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not near ${expected}`);
}

function right({ optimum }: KnobTask, setting: string): number {
  return shareOf(feedbackMask(optimum, setting), "=");
}

Deno.test("allowedDigits() are those that the feedback leaves", () => {
  assert.deepEqual(allowedDigits("5", "~"), ["3", "4", "6", "7"]);
  assert.deepEqual(allowedDigits("0", "~"), ["1", "2"]);
  assert.deepEqual(allowedDigits("8", "x"), ["0", "1", "2", "3", "4", "5"]);
  assert.deepEqual(allowedDigits("5", "="), ["5"]);
});

Deno.test("all demonstrations are n digits", () => {
  const random = new Random(2);
  for (let round = 0; round < 300; round++) {
    const task = drawTask({ knobs: 8, hint: 0.3, seed: 0 }, "train", random);
    const earlier = earlierAttempt(task, 0.5, random);
    for (
      const setting of [
        earlier,
        firstAttempt(task, 0.5, random),
        improvement(task, earlier, editor, random),
        divergence(task, earlier, 0.5, random),
      ]
    ) assert.match(setting, /^[0-9]{8}$/);
  }
});

Deno.test("firstAttempt() knows no more than the hint", () => {
  const copies = (copy: number): number =>
    mean((task, random) => shareOf(feedbackMask(task.hint, firstAttempt(task, copy, random)), "="));
  near(copies(0.5), 0.55, 0.02);
  assert.equal(copies(1), 1);
  near(mean((task) => right(task, task.hint)), 0.37, 0.01);
  near(mean((task, random) => right(task, firstAttempt(task, 0.5, random))), 0.235, 0.01);
  // The same hint leads to the same attempt, whatever the optimum.
  const [one, other] = ["00000000", "99999999"].map((optimum) =>
    firstAttempt({ hint: "12345678", optimum }, 0.5, new Random(3))
  );
  assert.equal(one, other);
});

Deno.test("earlierAttempt() has any quality", () => {
  const counts: number[] = Array(9).fill(0);
  mean((task, random) => {
    const knobs = 8 * right(task, earlierAttempt(task, 0.5, random));
    counts[knobs] = (counts[knobs] ?? 0) + 1;
    return 0;
  });
  for (const [knobs, count] of counts.entries()) {
    assert.ok(count > (knobs === 0 ? 0.01 : 0.04) * rounds && count < 0.2 * rounds, `${knobs}: ${count}`);
  }
});

Deno.test("improvement() keeps, moves and leaves knobs with its probabilities", () => {
  const task = { hint: "00000000", optimum: "55555555" };
  const earlier = "55554400";
  const share = (of: (digit: string) => boolean, from: number, to: number): number =>
    mean((_, random) =>
      [...improvement(task, earlier, editor, random)].slice(from, to).filter(of).length / (to - from)
    );
  near(share((digit) => digit === "5", 0, 4), 0.8 + 0.2 * 0.1, 0.02);
  // A near knob: moved to one of 2, 3, 5 and 6; else left, or set to any digit.
  near(share((digit) => digit === "5", 4, 6), 0.2 / 4 + 0.8 * 0.5 * 0.1, 0.02);
  near(share((digit) => digit === "4", 4, 6), 0.8 * (0.5 + 0.5 * 0.1), 0.02);
  // A far knob: moved to one of 3 to 9.
  near(share((digit) => digit === "5", 6, 8), 0.2 / 7 + 0.8 * 0.5 * 0.1, 0.02);
  near(share((digit) => digit === "0", 6, 8), 0.8 * (0.5 + 0.5 * 0.1), 0.02);
});

Deno.test("improvement() sees the feedback and nothing else of the optimum", () => {
  const next = (optimum: string): string =>
    improvement({ hint: "00000000", optimum }, "55555555", editor, new Random(4));
  assert.equal(feedbackMask("34670955", "55555555"), feedbackMask("73469155", "55555555"));
  assert.equal(next("34670955"), next("73469155"));
});

Deno.test("improvement() with the usual options gains little, and so does a chain of them", () => {
  const after = (steps: number): number =>
    mean((task, random) => {
      let setting = firstAttempt(task, editor.copy, random);
      for (let step = 0; step < steps; step++) setting = improvement(task, setting, editor, random);
      return judge(task.optimum, setting).quality;
    });
  const [first, second, sixteenth] = [after(0), after(1), after(16)];
  near(first, 0.295, 0.015);
  assert.ok(second > first && second < first + 0.06, `${first} to ${second}`);
  assert.ok(sixteenth > second && sixteenth < 0.45, `${sixteenth}`);
});

Deno.test("heeding the feedback leads to the optimum, though it tells no direction", () => {
  const heeding = { copy: 1, keep: 1, move: 1 };
  let solved = 0;
  const quality = mean((task, random) => {
    let setting = firstAttempt(task, heeding.copy, random);
    for (let step = 0; step < 16; step++) setting = improvement(task, setting, heeding, random);
    if (setting === task.optimum) solved++;
    return judge(task.optimum, setting).quality;
  });
  assert.ok(quality > 0.97 && solved / rounds > 0.85, `${quality}, ${solved} of ${rounds}`);
});

Deno.test("a first attempt that copies the hint is better than one that shades it", () => {
  const shaded = (by: number): number =>
    mean(({ hint, optimum }) =>
      judge(optimum, Array.from(hint, (digit) => String(Number(digit) + (digit < "5" ? by : -by))).join(""))
        .quality
    );
  // 37 % of the knobs are right; of two other digits, 34 in 100 pairs are near.
  near(shaded(0), 0.37 + 0.2 * 0.7 * 0.34, 0.01);
  for (const by of [1, 2, 3]) assert.ok(shaded(by) < shaded(0) - 0.1);
});

Deno.test("divergence() is as good as a first attempt and leaves no wrong knob where it was", () => {
  const random = new Random(5);
  for (let round = 0; round < 500; round++) {
    const task = drawTask({ knobs: 8, hint: 0.3, seed: 0 }, "train", random);
    const earlier = earlierAttempt(task, 0.5, random);
    for (const [knob, digit] of [...divergence(task, earlier, 0.5, random)].entries()) {
      assert.ok(digit === task.optimum[knob] || digit !== earlier[knob]);
    }
  }
  const quality = mean((task, random) => right(task, divergence(task, "00000000", 0.5, random)));
  near(quality, 0.24, 0.02);
});
