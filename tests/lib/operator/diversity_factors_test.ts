import assert from "node:assert/strict";
import fc from "fast-check";
import { diversityFactors, type DiversityForm } from "exitlab/lib/operator/diversity_factors.ts";

/** The bare form of the paper. */
const bare: DiversityForm = { mode: "paper", floor: 0, cap: 1e9 };
const guarded: DiversityForm = { mode: "paper", floor: 1, cap: 4 };
const forms: readonly DiversityForm[] = [bare, guarded, { mode: "minmax" }, { mode: "mean" }];

function close(found: readonly number[], expected: readonly number[], tolerance: number = 1e-9): void {
  assert.equal(found.length, expected.length);
  for (const [at, value] of found.entries()) {
    const wanted = expected[at] ?? NaN;
    assert(Math.abs(value - wanted) <= tolerance * (1 + Math.abs(wanted)), `${found} is not ${expected}`);
  }
}

Deno.test("diversityFactors() gives the values computed by hand for three copies and one other", () => {
  // e = 0, 0, 0, 4; centroid 4/4 = 1; distances 1, 1, 1, 3; range 3 − 1 = 2; mean 6/4 = 1.5.
  const group = [[0], [0], [0], [4]];
  // 1/2 and 3/2; the floor of 1 · 1.5 is below the range.
  close(diversityFactors(group, bare), [0.5, 0.5, 0.5, 1.5]);
  close(diversityFactors(group, guarded), [0.5, 0.5, 0.5, 1.5]);
  // (1 − 1)/2 and (3 − 1)/2.
  close(diversityFactors(group, { mode: "minmax" }), [0, 0, 0, 1]);
  // 1/1.5 and 3/1.5.
  close(diversityFactors(group, { mode: "mean" }), [2 / 3, 2 / 3, 2 / 3, 2]);
});

Deno.test("diversityFactors() gives the values computed by hand in a plane, where the bare form grows", () => {
  // Centroid (0, 0); distances 3, 3, 4, 4; range 1; mean 14/4 = 3.5.
  const group = [[3, 0], [-3, 0], [0, 4], [0, -4]];
  close(diversityFactors(group, bare), [3, 3, 4, 4]);
  // The denominator is 1 · 3.5, then 0.5 · 3.5.
  close(diversityFactors(group, guarded), [6 / 7, 6 / 7, 8 / 7, 8 / 7]);
  close(diversityFactors(group, { ...guarded, floor: 0.5 }), [12 / 7, 12 / 7, 16 / 7, 16 / 7]);
  // Cut at the cap.
  close(diversityFactors(group, { ...bare, cap: 3.5 }), [3, 3, 3.5, 3.5]);
  close(diversityFactors(group, { mode: "minmax" }), [0, 0, 1, 1]);
  close(diversityFactors(group, { mode: "mean" }), [6 / 7, 6 / 7, 8 / 7, 8 / 7]);
});

Deno.test("diversityFactors() gives the values computed by hand where the centroid is no response", () => {
  // e = (0,0), (6,0), (0,9); centroid (2, 3); distances √13, √(16+9) = 5, √(4+36) = √40.
  const group = [[0, 0], [6, 0], [0, 9]];
  const [near, middle, far] = [3.605551275463989, 5, 6.324555320336759];
  const range = 2.719004044872770; // 6.324555320336759 − 3.605551275463989
  const mean = 4.976702198600249; // 14.930106595800748 / 3
  close(diversityFactors(group, bare), [near / range, middle / range, far / range]);
  close(diversityFactors(group, { mode: "minmax" }), [0, (5 - near) / range, 1]);
  close(diversityFactors(group, { mode: "mean" }), [near / mean, middle / mean, far / mean]);
  close(diversityFactors(group, guarded), [near / mean, middle / mean, far / mean]);
});

Deno.test("diversityFactors() is 1 where all distances are equal", () => {
  const equal = [
    [[1, 2]],
    [[1, 2], [1, 2], [1, 2]],
    [[0, 0], [0, 0]],
    [[5, 0], [0, 0]], // any two
    [[1, 0], [-1, 0], [0, 1], [0, -1]],
    [[7, 7], [7, 7], [9, 9], [9, 9]], // two of each
  ];
  for (const form of forms) {
    for (const group of equal) assert.deepEqual(diversityFactors(group, form), group.map(() => 1));
    assert.deepEqual(diversityFactors([], form), []);
  }
});

Deno.test("diversityFactors() takes the rounding of single precision for no difference", () => {
  const point = [0.1, 0.7, -0.3];
  const copies = [1, 1 + 2 ** -24, 1 - 2 ** -24, 1 + 2 ** -23].map((noise) => point.map((x) => x * noise));
  for (const form of forms) assert.deepEqual(diversityFactors(copies, form), [1, 1, 1, 1]);
});

Deno.test("diversityFactors() with the default floor runs to 1 as distances become equal", () => {
  for (const step of [1e-2, 1e-3, 1e-4]) {
    const group = [[3, 0], [-3, 0], [0, 3 + step], [0, -3 - step]];
    for (const factor of diversityFactors(group, guarded)) assert(Math.abs(factor - 1) < step);
    for (const factor of diversityFactors(group, bare)) assert(factor > 2 / step);
    for (const factor of diversityFactors(group, { ...bare, cap: 4 })) assert.equal(factor, 4);
  }
});

Deno.test("diversityFactors() refuses vectors that are no points of one space", () => {
  for (const form of forms) {
    assert.throws(() => diversityFactors([[1, 2], [1]], form), /embeddings of 2 numbers but found one of 1/);
    for (const strange of [NaN, Infinity]) {
      assert.throws(() => diversityFactors([[1], [strange]], form), /finite numbers but found/);
    }
  }
});

/** Groups whose distances are equal or clearly differ: whole coordinates keep off the threshold between the two. */
const groups = fc.integer({ min: 1, max: 4 }).chain((dimensions) =>
  fc.array(
    fc.array(fc.integer({ min: -5, max: 5 }), { minLength: dimensions, maxLength: dimensions }),
    { minLength: 1, maxLength: 9 },
  )
);
const anyForm = fc.oneof(
  fc.constant<DiversityForm>({ mode: "minmax" }),
  fc.constant<DiversityForm>({ mode: "mean" }),
  fc.record({
    mode: fc.constant("paper" as const),
    floor: fc.double({ min: 0, max: 3, noNaN: true }),
    cap: fc.double({ min: 0.1, max: 10, noNaN: true }),
  }),
);

Deno.test("diversityFactors() gives finite factors of at least 0, one a response", () => {
  fc.assert(fc.property(groups, anyForm, (group, form) => {
    const factors = diversityFactors(group, form);
    assert.equal(factors.length, group.length);
    assert(factors.every((factor) => Number.isFinite(factor) && factor >= 0));
  }));
});

Deno.test("diversityFactors() does not depend on the space's scale, origin or axes", () => {
  const scale = fc.integer({ min: -20, max: 20 }).map((power) => 2 ** power * 1.1);
  fc.assert(fc.property(groups, anyForm, scale, fc.integer({ min: -9, max: 9 }), (group, form, by, shift) => {
    const factors = diversityFactors(group, form);
    close(diversityFactors(group.map((point) => point.map((x) => x * by)), form), factors);
    close(diversityFactors(group.map((point) => point.map((x) => x + shift)), form), factors);
    close(diversityFactors(group.map((point) => point.toReversed()), form), factors);
    close(diversityFactors(group.map((point) => point.map((x) => -x)), form), factors);
  }));
});

Deno.test("diversityFactors() follows the order of the responses", () => {
  fc.assert(fc.property(groups, anyForm, fc.nat(), (group, form, by) => {
    const turn = <Item>(items: readonly Item[]): Item[] => {
      const at = by % items.length;
      return [...items.slice(at), ...items.slice(0, at)];
    };
    close(diversityFactors(turn(group), form), turn(diversityFactors(group, form)));
  }));
});

Deno.test("diversityFactors() of mode mean average 1, and none is above half the group's size", () => {
  fc.assert(fc.property(groups, (group) => {
    const factors = diversityFactors(group, { mode: "mean" });
    const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
    assert(Math.abs(mean - 1) < 1e-9);
    assert(factors.every((factor) => factor <= Math.max(1, group.length / 2) + 1e-9));
  }));
});

Deno.test("diversityFactors() of mode minmax reaches from 0 to 1", () => {
  fc.assert(fc.property(groups, (group) => {
    const factors = diversityFactors(group, { mode: "minmax" });
    assert(factors.every((factor) => factor >= 0 && factor <= 1));
    assert(factors.every((factor) => factor === 1) || Math.min(...factors) === 0);
    assert.equal(Math.max(...factors), 1);
  }));
});

Deno.test("diversityFactors() of mode paper is the lesser of bare and mean under the default guards", () => {
  fc.assert(fc.property(groups, (group) => {
    const mean = diversityFactors(group, { mode: "mean" });
    const lesser = diversityFactors(group, bare).map((factor, at) => Math.min(factor, mean[at] ?? NaN));
    const factors = diversityFactors(group, guarded);
    close(factors, lesser);
    assert(factors.every((factor) => factor <= 2 + 1e-9));
    assert(factors.reduce((sum, factor) => sum + factor, 0) <= group.length + 1e-9);
  }));
});

Deno.test("diversityFactors() of mode paper stays below (1 + floor) / floor, as the cap's default assumes", () => {
  fc.assert(fc.property(groups, fc.double({ min: 0.01, max: 3, noNaN: true }), (group, floor) => {
    const factors = diversityFactors(group, { mode: "paper", floor, cap: Infinity });
    assert(factors.every((factor) => factor <= (1 + floor) / floor + 1e-9));
  }));
});
