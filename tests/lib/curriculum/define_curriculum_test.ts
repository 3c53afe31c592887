import assert from "node:assert/strict";
import * as v from "valibot";
import {
  checkCurriculum,
  type CurriculumBehaviour,
  defineCurriculum,
  KeptValue,
  Random,
  scoredSpace,
} from "exitlab";
import type { CurriculumContext } from "exitlab/lib/curriculum/curriculum.ts";
import { madeUpOutcomes, madeUpRoots } from "exitlab/lib/curriculum/conformance_run.ts";

const options = v.strictObject({ chain: v.optional(v.number(), 0) });

/** What a curriculum is made with. */
function context(iterates = true, seed = 1): CurriculumContext {
  return { roots: madeUpRoots(50), random: new Random(seed), iterates };
}

/** Roots alone, each followed by a chain, with a count of batches beside them. */
const counting = defineCurriculum({
  name: "counting",
  schema: options,
  histories: false,
  longestChain: ({ chain }) => 1 + chain,
  create: ({ chain }, { roots }): CurriculumBehaviour => {
    const batches = new KeptValue(v.number(), 0);
    return {
      keeps: { batches },
      next: (count) => {
        batches.value++;
        return roots.draw(Math.max(1, Math.floor(count / (1 + chain)))).map((start) => ({ ...start, chain }));
      },
      metrics: () => ({ batches: batches.value }),
    };
  },
});

Deno.test("defineCurriculum() makes one that conforms, whatever is left out", async () => {
  assert.deepEqual(await checkCurriculum(counting({ chain: 2 })), []);
  const least = defineCurriculum({
    name: "least",
    schema: v.strictObject({}),
    histories: false,
    create: (_, { roots }) => ({ next: (count) => roots.draw(count) }),
  });
  assert.deepEqual(await checkCurriculum(least()), []);
  const { kind, part, histories, longestChain, needs, needsOperators } = least();
  assert.deepEqual({ kind, part, histories, longestChain, needs, needsOperators }, {
    kind: "least",
    part: "curriculum",
    histories: false,
    longestChain: 1,
    needs: undefined,
    needsOperators: undefined,
  });
});

Deno.test("defineCurriculum() takes options, keeps what was given, and rebuilds with others", () => {
  const part = counting({ chain: 3 });
  assert.deepEqual([part.options, part.given, part.longestChain], [{ chain: 3 }, { chain: 3 }, 4]);
  assert.deepEqual(counting().options, { chain: 0 });
  assert.deepEqual(part.rebuild({ chain: 1 }).options, { chain: 1 });
  assert.throws(() => counting({ chian: 1 }), /Did you mean "chain"\?/);
});

Deno.test("a defined curriculum hands starts out in mode base, whatever mode they came in", () => {
  const echo = defineCurriculum({
    name: "echo",
    schema: v.strictObject({}),
    histories: true,
    create: (_, { roots }) => ({
      next: (count) => roots.draw(count).map((start) => ({ ...start, mode: "improve" })),
    }),
  });
  const modes = echo().create(context()).next(4).map(({ mode }) => mode);
  assert.deepEqual(modes, ["base", "base", "base", "base"]);
});

Deno.test("a defined curriculum sees no attempt that nothing works on", () => {
  const seen: number[] = [];
  const watching = defineCurriculum({
    name: "watching",
    schema: v.strictObject({}),
    histories: true,
    create: (_, { roots }) => ({
      next: (count) => roots.draw(count),
      observe: (outcomes) => {
        seen.push(
          outcomes.flatMap(({ rollouts }) => rollouts).flatMap(({ successors }) => successors).length,
        );
      },
    }),
  });
  for (const iterates of [true, false]) {
    const curriculum = watching().create(context(iterates));
    curriculum.observe(madeUpOutcomes(curriculum.next(2), 1));
  }
  assert.deepEqual(seen, [8, 0]);
});

Deno.test("a defined curriculum that cannot be restored as a whole stays as it is", () => {
  const two = defineCurriculum({
    name: "two",
    schema: v.strictObject({}),
    histories: true,
    create: (_, { roots }) => {
      const [first, space] = [new KeptValue(v.number(), 0), scoredSpace({ capacity: 4 })];
      return {
        keeps: { first, space },
        next: (count) => {
          first.value++;
          return roots.draw(count);
        },
      };
    },
  });
  const curriculum = two().create(context());
  curriculum.next(3);
  const before = JSON.stringify(curriculum.state());
  const { keeps, ...rest } = JSON.parse(before);
  for (const wrong of [{ ...keeps, first: 7, space: {} }, { first: 7 }]) {
    assert.throws(() => curriculum.restore({ ...rest, keeps: wrong }), TypeError);
    assert.equal(JSON.stringify(curriculum.state()), before);
  }
  assert.throws(() => curriculum.restore({ ...rest, keeps, random: [1, 2] }), TypeError);
  assert.equal(JSON.stringify(curriculum.state()), before);
});

Deno.test("scoredSpace() refuses what no space can be", () => {
  for (const capacity of [0, -1, 1.5, NaN]) assert.throws(() => scoredSpace({ capacity }), RangeError);
  for (const kappa of [-1, 101, NaN]) assert.throws(() => scoredSpace({ capacity: 1, kappa }), RangeError);
});
