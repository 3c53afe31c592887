import assert from "node:assert/strict";
import { gsm8k } from "exitlab/domains/math/problems/gsm8k.ts";
import { problemKey } from "exitlab/domains/math/problems/normal_problem.ts";
import { svamp } from "exitlab/domains/math/problems/svamp.ts";
import { isJson } from "exitlab/lib/json.ts";

Deno.test("gsm8k() has all problems, each with an integer that its solution ends in", () => {
  const { name, description, train, test } = gsm8k();
  assert.equal(name, "gsm8k");
  assert.deepEqual(description, {
    name: "gsm8k",
    from: "shipped with exitlab",
    train: 7473,
    test: 1319,
    hash: "75ccd1ee53153789",
  });
  for (const { problem, answer, solution = "" } of [...train, ...test ?? []]) {
    assert.match(answer, /^-?\d+$/);
    assert.equal(solution.split("#### ").at(-1)?.replaceAll(",", ""), answer);
    assert.ok(problem.length > 20);
  }
  assert.ok(train.some(({ solution = "" }) => /#### .*,/.test(solution)), "some are written with commas");
  assert.equal(gsm8k(), gsm8k(), "read once");
});

Deno.test("svamp() puts body and question together, and writes answers as numbers", () => {
  const { train, test, description } = svamp({ split: "none" });
  assert.deepEqual([train.length, test, description.test], [1000, null, null]);
  assert.deepEqual(train.slice(0, 3), [
    {
      problem: "Each pack of dvds costs 76 dollars. If there is a discount of 25 dollars on each pack, " +
        "How much do you have to pay to buy each pack?",
      answer: "51",
    },
    {
      problem: "Dan had $ 3 left with him after he bought a candy bar. If he had $ 4 at the start, " +
        "How much did the candy bar cost?",
      answer: "1",
    },
    {
      problem:
        "Paco had 26 salty cookies and 17 sweet cookies. He ate 14 sweet cookies and 9 salty cookies. " +
        "How many salty cookies did Paco have left?",
      answer: "17",
    },
  ]);
  assert.ok(train.every(({ answer }) => /^\d+$/.test(answer)));
});

Deno.test("svamp() has a split that never changes, and tells no story on both sides", () => {
  const { train, test, description } = svamp();
  assert.deepEqual([train.length, test?.length, description.hash], [700, 300, "2dd69551ceabf388"]);
  const all = svamp({ split: "none" }).train.map(({ problem }) => problem).toSorted();
  assert.deepEqual([...train, ...test ?? []].map(({ problem }) => problem).toSorted(), all);
  const wordsOf = ({ problem }: { problem: string }): Set<string> => {
    // The question is another one in another variant.
    const body = problem.replace(/,? (how|what|who|which|did|in which)\b[^.]*$/i, "");
    return new Set(body.toLowerCase().match(/\p{L}+/gu));
  };
  const trained = train.map(wordsOf);
  for (const each of test ?? []) {
    const words = wordsOf(each);
    const shared = Math.max(
      ...trained.map((other) => words.intersection(other).size / words.union(other).size),
    );
    assert.ok(shared < 0.7, `${shared}: ${each.problem}`);
  }
});

Deno.test("No shipped problem is in two data sets, or twice in one", () => {
  const all = [...gsm8k().train, ...gsm8k().test ?? [], ...svamp({ split: "none" }).train];
  assert.equal(new Set(all.map(({ problem }) => problemKey(problem))).size, all.length);
  for (const source of [gsm8k(), svamp(), svamp({ split: "none" })]) assert.ok(isJson(source.description));
});

Deno.test("Shipped data has its licence and its origin beside it", async () => {
  for (const name of ["gsm8k", "svamp"]) {
    const folder = new URL(`../../../../domains/math/data/${name}/`, import.meta.url);
    assert.match(await Deno.readTextFile(new URL("LICENSE", folder)), /^MIT License/);
    assert.match(
      await Deno.readTextFile(new URL("SOURCE.md", folder)),
      /github\.com.*commit `[0-9a-f]{40}`/s,
    );
  }
});
