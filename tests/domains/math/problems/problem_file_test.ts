import assert from "node:assert/strict";
import { join } from "node:path";
import type { ProblemSource } from "exitlab/domains/math/problems/problem.ts";
import type { ProblemColumns } from "exitlab/domains/math/problems/problem_columns.ts";
import { problemFile, type ProblemFileOptions } from "exitlab/domains/math/problems/problem_file.ts";
import { problemSource } from "exitlab/domains/math/problems/problem_source.ts";
import { UserError } from "exitlab/lib/errors.ts";

/** Reads rows as a file of JSON lines. */
async function read(
  rows: readonly unknown[],
  columns: ProblemColumns,
  options: ProblemFileOptions = {},
): Promise<ProblemSource> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "my problems (1).jsonl");
    await Deno.writeTextFile(path, rows.map((row) => JSON.stringify(row)).join("\n"));
    return await problemFile(path, columns, options);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const plain: ProblemColumns = { problem: "q", answer: "a" };

Deno.test("problemFile() reads problems, and says what it read without saying where", async () => {
  const source = await read([{ q: " What is 1 + 2?\n", a: 3.0, level: 1 }, {
    q: "And half of 1?",
    a: "$\\frac{1}{2}$",
  }], plain);
  assert.deepEqual(source.train, [
    { problem: "What is 1 + 2?", answer: "3" },
    { problem: "And half of 1?", answer: "$\\frac{1}{2}$" },
  ]);
  assert.equal(source.test, null);
  assert.equal(source.name, "my-problems-1-");
  const { hash, ...rest } = source.description;
  assert.match(String(hash), /^[0-9a-f]{16}$/);
  assert.deepEqual(rest, { name: "my-problems-1-", file: "my problems (1).jsonl", train: 2, test: null });
  const same = await read(
    [{ a: 3, q: "What is 1 + 2?" }, { q: "And half of 1?", a: "$\\frac{1}{2}$" }],
    plain,
  );
  assert.deepEqual(same.description, source.description, "the hash follows the content");
  const other = await read(
    [{ q: "What is 1 + 2?", a: 4 }, { q: "And half of 1?", a: "$\\frac{1}{2}$" }],
    plain,
  );
  assert.notEqual(other.description.hash, hash);
});

Deno.test("a source is never named train, which figures of training problems go under", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const rows = JSON.stringify({ q: "What is 1 + 2?", a: 3 });
    const file = async (name: string): Promise<string> => {
      const path = join(folder, name);
      await Deno.writeTextFile(path, rows);
      return path;
    };
    const [train, test, sums] = [
      await file("train.jsonl"),
      await file("test.jsonl"),
      await file("sums-train.jsonl"),
    ];
    assert.equal((await problemFile({ train, test }, plain)).name, "test");
    assert.equal((await problemFile({ train: sums, test }, plain)).name, "sums-train");
    assert.equal((await problemFile({ train, test: train }, plain)).name, "problems");
    assert.equal((await problemFile(train, plain)).name, "problems");
    await assert.rejects(problemFile({ train, test }, plain, { name: "train" }), (error) => {
      assert(error instanceof UserError);
      assert.match(error.message, /a name other than "train", which figures of training problems go under/);
      return true;
    });
    assert.throws(
      () => problemSource("train", { train: [{ problem: "x", answer: "1" }] }),
      /other than "train"/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("problemFile() takes true and false as answers", async () => {
  const source = await read([{ q: "Is 2 even?", a: true }, { q: "Is 3?", a: false }, {
    q: "Both?",
    a: [true, false],
  }], plain);
  assert.deepEqual(source.train.map(({ answer }) => answer), ["true", "false", "true, false"]);
});

Deno.test("problemFile() takes answers from lists, after marks and out of boxes", async () => {
  const list = await read([{ q: "x", a: ["1", "2"] }, { q: "y", a: [3] }], plain);
  assert.deepEqual(list.train.map(({ answer }) => answer), ["1, 2", "3"]);
  const marked = await read([{ q: "x", s: "So #### it is.\n#### 1,080 \nchecked" }], {
    problem: "q",
    answer: { column: "s", after: "####" },
    solution: "s",
  });
  assert.deepEqual(marked.train, [{
    problem: "x",
    answer: "1,080",
    solution: "So #### it is.\n#### 1,080 \nchecked",
  }]);
  const boxed = await read(
    [{ q: "x", s: ["first \\boxed{1}, then \\boxed{\\frac{1}{2\\}}}", "another"] }, {
      q: "y",
      s: "\\fbox {2} and \\boxed{3",
    }],
    { problem: "q", answer: { column: "s", boxed: true }, solution: "s" },
  );
  assert.deepEqual(boxed.train.map(({ answer }) => answer), ["\\frac{1}{2\\}}", "2"]);
  assert.equal(boxed.train[0]?.solution, "first \\boxed{1}, then \\boxed{\\frac{1}{2\\}}}");
});

Deno.test("problemFile() reads tolerances", async () => {
  const columns: ProblemColumns = { ...plain, tolerance: "error" };
  const rows = ["1e-1", null, 0.5, "0.01, 2", " "].map((error) => ({ q: "x", a: 1, error }));
  assert.deepEqual((await read(rows, columns)).train.map(({ tolerance }) => tolerance), [
    0.1,
    undefined,
    0.5,
    [0.01, 2],
    undefined,
  ]);
  await assert.rejects(
    read([{ q: "x", a: 1, error: "some" }], columns),
    /Expected a tolerance such as 0\.01 in column "error" in row 1 of ".*" but found "some"/,
  );
  await assert.rejects(read([{ q: "x", a: 1, error: -1 }], columns), /tolerance/);
});

Deno.test("problemFile() parts sides by a column", async () => {
  const rows = [{ q: "x", a: 1, s: "train" }, { q: "y", a: 2, s: "test" }, { q: "z", a: 3, s: "train" }];
  const source = await read(rows, { ...plain, split: "s" });
  assert.deepEqual([source.train.map(({ problem }) => problem), source.test?.map(({ problem }) => problem)], [
    ["x", "z"],
    ["y"],
  ]);
  await assert.rejects(
    read([...rows, { q: "w", a: 1, s: "dev" }], { ...plain, split: "s" }),
    /Expected "s" in row 4 of ".*" to be train or test but found "dev"; for other words give split: \{ column, train, test \}/,
  );
  const mapped = await read([...rows, { q: "w", a: 1, s: "dev" }], {
    ...plain,
    split: { column: "s", train: "train", test: "dev" },
  });
  assert.deepEqual([mapped.train.length, mapped.test?.map(({ problem }) => problem)], [2, ["w"]]);
  assert.equal(mapped.description.leftOut, 1);
});

Deno.test("problemFile() takes only rows that are asked for", async () => {
  const rows = [{ q: "x", a: 1, url: "2022_AMC_1" }, { q: "y", a: 2, url: "2023_AMC_1" }, { q: "z", a: 3 }];
  const only = (has: string): ProblemColumns => ({ ...plain, only: { column: "url", has } });
  assert.deepEqual((await read(rows, only("2023_AMC"))).train.map(({ problem }) => problem), ["y"]);
  await assert.rejects(
    read(rows, only("2024")),
    /Expected problems in ".*" but found none whose "url" has "2024"/,
  );
});

Deno.test("problemFile() reads two files as two sides", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [train, test] = [join(folder, "train.csv"), join(folder, "test.csv")];
    await Deno.writeTextFile(train, "q,a\nx,1\ny,2\n");
    await Deno.writeTextFile(test, "q,a\nz,007\n");
    const source = await problemFile({ train, test }, plain, { name: "mine" });
    assert.deepEqual([source.train.length, source.test], [2, [{ problem: "z", answer: "007" }]]);
    assert.deepEqual(source.description.files, ["train.csv", "test.csv"]);
    await assert.rejects(
      problemFile({ train, test }, { ...plain, split: "q" }),
      /either two files or a column "split" but found both/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("problemFile() refuses rows without a problem or an answer, or leaves them out when told to", async () => {
  const boxed: ProblemColumns = { problem: "q", answer: { column: "a", boxed: true } };
  const marked: ProblemColumns = { problem: "q", answer: { column: "a", after: "####" } };
  const refused: [unknown, ProblemColumns, RegExp][] = [
    [
      { q: " ", a: 1 },
      plain,
      /Expected a problem in column "q" in row 2 of ".*\.jsonl" but found none \(incomplete: "leave out" skips such rows\)/,
    ],
    [
      { q: "y", a: "" },
      plain,
      /Expected an answer in column "a" in row 2/,
    ],
    [{ q: "y", a: null }, plain, /answer in column "a" in row 2/],
    [{ q: "y", a: [] }, plain, /answer in column "a" in row 2/],
    [{ q: "y", a: ["1", null] }, plain, /answer in column "a" in row 2/],
    [{ q: "y", a: { value: 1 } }, plain, /answer in column "a" in row 2/],
    [{ q: "y", a: "no box" }, boxed, /an answer in \\boxed\{\} in column "a" in row 2/],
    [{ q: "y", a: "\\boxed{}" }, boxed, /an answer in \\boxed\{\} in column "a" in row 2/],
    [{ q: "y", a: "no mark" }, marked, /an answer after "####" in column "a" in row 2/],
    [{ q: "y", a: "####\n" }, marked, /an answer after "####" in column "a" in row 2/],
  ];
  for (const [row, columns, message] of refused) {
    const rows = [{ q: "x", a: "#### \\boxed{1}" }, row];
    await assert.rejects(read(rows, columns), (error) => {
      assert(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
    const { train, description } = await read(rows, columns, { incomplete: "leave out" });
    assert.deepEqual([train.length, description.leftOut], [1, 1]);
  }
  await assert.rejects(
    read([{ q: "", a: "" }], plain, { incomplete: "leave out" }),
    /but found none that is whole/,
  );
});

Deno.test("problemFile() refuses a mapping that is wrong", async () => {
  const rows = [{ q: "x", a: 1 }];
  const wrong: [object, RegExp][] = [
    [{ problem: "q" }, /Missing option "answer" in the columns of problemFile\(\)/],
    [
      { problem: "q", answer: "a", tolerence: "e" },
      /Unknown option "tolerence" \(Did you mean "tolerance"\?\)/,
    ],
    [{ problem: "", answer: "a" }, /Expected "problem" to be the name of a column but found ""/],
    [
      { problem: "q", answer: { column: "a" } },
      /"answer" to be a column, \{ column, after: "####" \} or \{ column, boxed: true \}/,
    ],
    [{ problem: "q", answer: 3 }, /"answer"/],
    [{ problem: "q", answer: "b" }, /has no column "b" \(.*It has a, q\)/],
  ];
  for (const [columns, message] of wrong) {
    await assert.rejects(read(rows, { ...plain, ...noKeys(columns) }), message, JSON.stringify(columns));
  }
  await assert.rejects(read(rows, plain, { name: "a b" }), /Expected "name" to be a short name of letters/);
});

/** The mapping as it is, with what it lacks taken out of the usual one. */
function noKeys(columns: object): object {
  return "answer" in columns ? columns : { ...columns, answer: undefined };
}

Deno.test("problemSource() makes a source of problems that are at hand", () => {
  const source = problemSource("mine", {
    train: [{ problem: "x", answer: "1", tolerance: [0.1, 0.2] }],
    test: [{ problem: "y", answer: "2", solution: "2" }],
    from: { made: "by hand" },
  });
  assert.deepEqual({ ...source.description, hash: 0 }, {
    name: "mine",
    made: "by hand",
    train: 1,
    test: 1,
    hash: 0,
  });
  const refused: [string, Parameters<typeof problemSource>[1], RegExp][] = [
    ["a b", {}, /"name" to be a short name/],
    [
      "mine",
      { train: [{ problem: " ", answer: "1" }] },
      /Expected "train\.0\.problem" to be text that is not blank but found " "/,
    ],
    ["mine", { test: [{ problem: "x", answer: "" }] }, /"test\.0\.answer"/],
    ["mine", { train: [{ problem: "x", answer: "1", tolerance: -1 }] }, /"train\.0\.tolerance"/],
  ];
  for (const [name, lists, message] of refused) assert.throws(() => problemSource(name, lists), message);
});
