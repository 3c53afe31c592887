import assert from "node:assert/strict";
import fc from "fast-check";
import { feedbackMask, judge, sanitize, shareOf } from "../../../domains/mle/knob_judge.ts";

const setting = (knobs: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: knobs, maxLength: knobs }).map((digits) =>
    digits.join("")
  );

function isNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);
}

Deno.test("feedbackMask() tells right, near and far knobs apart, whatever the direction", () => {
  assert.equal(feedbackMask("5555555555", "0123456789"), "xxx~~=~~xx");
  // 0 and 9 are the ends of a range, not neighbours on a dial.
  assert.equal(feedbackMask("0000000000", "0123456789"), "=~~xxxxxxx");
  assert.equal(feedbackMask("9999999999", "0123456789"), "xxxxxxx~~=");
  assert.equal(feedbackMask("42195037", "42195037"), "========");
});

Deno.test("judge() grades right and near knobs", () => {
  const grades: [string, number][] = [
    ["55555555", 1],
    ["55555554", (7 + 0.2) / 8],
    ["55555552", 7 / 8],
    ["33334444", 0.2],
    ["55553333", (4 + 4 * 0.2) / 8],
    ["00000000", 0],
    ["56789000", (1 + 2 * 0.2) / 8],
  ];
  for (const [response, quality] of grades) {
    const judgement = judge("55555555", response);
    isNear(judgement.quality, quality);
    assert.equal(judgement.solved, quality === 1);
  }
  assert.equal(judge("55555555", "55555555").quality, 1);
});

Deno.test("judge() gives 1 to the optimum alone, and agrees with the feedback", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 64 }).chain((knobs) => fc.tuple(setting(knobs), setting(knobs))),
      ([optimum, response]) => {
        const { quality, solved } = judge(optimum, response);
        const mask = feedbackMask(optimum, response);
        assert.equal(solved, response === optimum);
        assert.equal(quality === 1, solved);
        assert.equal(mask === "=".repeat(optimum.length), solved);
        isNear(quality, shareOf(mask, "=") + 0.2 * shareOf(mask, "~"));
        assert.deepEqual(judge(optimum, optimum), { quality: 1, solved: true });
      },
    ),
  );
});

Deno.test("judge() never falls as a knob comes closer", () => {
  for (let optimum = 0; optimum <= 9; optimum++) {
    const grades = Array.from({ length: 10 }, (_, digit) => judge(`${optimum}0`, `${digit}0`).quality);
    for (let digit = 1; digit <= 9; digit++) {
      const [below = NaN, above = NaN] = grades.slice(digit - 1, digit + 1);
      assert.ok(digit <= optimum ? below <= above : below >= above);
    }
  }
});

Deno.test("judge() pays for moving a near or far knob to where the optimum can be", () => {
  const credit = (optimum: number, digit: number): number => judge(`${optimum}0`, `${digit}0`).quality;
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  for (const mark of ["~", "x"]) {
    for (const digit of digits) {
      const allowed = digits.filter((optimum) => feedbackMask(`${optimum}`, `${digit}`) === mark);
      const mean = (of: (optimum: number) => number): number =>
        allowed.reduce((sum, optimum) => sum + of(optimum), 0) / allowed.length;
      const stay = mean((optimum) => credit(optimum, digit));
      const move = mean((optimum) => mean((next) => credit(optimum, next)));
      assert.ok(move > stay, `${mark} at ${digit}: ${move} against ${stay}`);
    }
  }
});

Deno.test("judge() gives 0 to what is not exactly n digits", () => {
  const optimum = "42195037";
  const wrong = [
    "",
    optimum.slice(1),
    `${optimum}7`,
    `${optimum}\n`,
    `${optimum} `,
    ` ${optimum}`,
    optimum.replace("5", "?"),
    optimum.replace("5", "-"),
    optimum.replace("5", "５"),
    optimum.replace("5", "٥"),
    optimum.replace("95", "🎛"),
    "4e1".padEnd(8, "0"),
  ];
  for (const response of wrong) {
    assert.deepEqual(judge(optimum, response), { quality: 0, solved: false }, JSON.stringify(response));
  }
});

Deno.test("judge(), feedbackMask() and sanitize() take any text", () => {
  fc.assert(fc.property(setting(8), fc.string({ unit: "binary", maxLength: 30 }), (optimum, response) => {
    const { quality, solved } = judge(optimum, response);
    assert.ok(quality >= 0 && quality <= 1);
    if (!/^[0-9]{8}$/.test(response)) assert.deepEqual([quality, solved], [0, false]);
    assert.match(sanitize(8, response), /^[0-9?]{8}$/);
    assert.match(feedbackMask(optimum, response), /^[=~x]{8}$/);
  }));
  assert.equal(judge("42195037", "4".repeat(1e6)).quality, 0);
  assert.equal(feedbackMask("42195037", "\ud800\u0000"), "x".repeat(8));
});

Deno.test("sanitize() leaves a setting as it is, and cuts or pads anything else", () => {
  assert.equal(sanitize(4, "4219"), "4219");
  assert.equal(sanitize(4, "42195"), "4219");
  assert.equal(sanitize(4, "4\n"), "4???");
  assert.equal(sanitize(4, "4.19"), "4?19");
});

Deno.test("shareOf() counts a mark", () => {
  assert.deepEqual(["=", "~", "x"].map((mark) => shareOf("=~x~", mark)), [0.25, 0.5, 0.25]);
  assert.equal(shareOf("====", "x"), 0);
});
