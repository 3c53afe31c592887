import assert from "node:assert/strict";
import { join } from "node:path";
import { json, type StandIn, standIn } from "../../../lib/domain/dataset_stand_in.ts";
import { hubDataset } from "exitlab/domains/math/problems/hub_dataset.ts";
import {
  aime,
  amc,
  math500,
  minerva,
  olympiadBench,
  type PresetPlace,
} from "exitlab/domains/math/problems/presets.ts";
import type { ProblemSource } from "exitlab/domains/math/problems/problem.ts";
import type { JsonObject } from "exitlab/lib/json.ts";

const rows: JsonObject[] = [
  { question: "What is 1 + 2?", answer: "1 + 2 = 3\n#### 3" },
  { question: "What is 2 + 2?", answer: "2 + 2 = 4\n#### 4" },
];

const columns = {
  problem: "question",
  answer: { column: "answer", after: "####" },
  solution: "answer",
} as const;

/** A stand-in, and a folder to keep things in. */
async function withStandIn(
  stand: StandIn,
  act: (server: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await act(stand.server, folder);
  } finally {
    await stand.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("hubDataset() makes problems of a data set's rows", async () => {
  await withStandIn(standIn(rows), async (server, folder) => {
    const source = await hubDataset("org/sums", columns, { split: "test", server }, { folder });
    assert.deepEqual([source.name, source.test], ["sums", null]);
    const options = { split: "test", server, name: "train" };
    await assert.rejects(hubDataset("org/sums", columns, options, { folder }), /a name other than "train"/);
    assert.deepEqual(source.train[0], {
      problem: "What is 1 + 2?",
      answer: "3",
      solution: "1 + 2 = 3\n#### 3",
    });
    assert.deepEqual({ ...source.description, hash: 0 }, {
      name: "sums",
      dataset: "org/sums",
      split: "test",
      train: 2,
      test: null,
      hash: 0,
    });
  });
});

Deno.test("hubDataset() takes two splits as two sides", async () => {
  const splits = ["train", "test"].map((split) => ({ dataset: "org/sums", config: "main", split }));
  const stand = standIn(
    rows,
    ({ path, query }) =>
      path === "/rows" && query.split === "test"
        ? json({ rows: [{ row_idx: 0, row: { question: "And 5?", answer: "#### 5" } }], num_rows_total: 1 })
        : undefined,
    splits,
  );
  await withStandIn(stand, async (server, folder) => {
    const options = { config: "main", split: { train: "train", test: "test" }, name: "mine", server };
    const source = await hubDataset("org/sums", columns, options, { folder });
    assert.deepEqual([source.name, source.train.length, source.test?.map(({ answer }) => answer)], [
      "mine",
      2,
      ["5"],
    ]);
    await assert.rejects(
      hubDataset("org/sums", { ...columns, split: "side" }, options, { folder }),
      /either two splits or a column "split" but found both in hubDataset\(\)/,
    );
  });
});

Deno.test("hubDataset() refuses rows and options that are wrong, and names them", async () => {
  await withStandIn(standIn([...rows, { question: "?", answer: "no mark" }]), async (server, folder) => {
    const read = (mapping: object, options: object = {}): Promise<ProblemSource> =>
      hubDataset("org/sums", { ...columns, ...mapping }, { split: "test", server, ...options }, { folder });
    await assert.rejects(
      read({}),
      /Expected an answer after "####" in column "answer" in row 3 of "org\/sums" \(test\)/,
    );
    assert.equal((await read({}, { incomplete: "leave out" })).description.leftOut, 1);
    await assert.rejects(read({ problem: "qestion" }), /has no column "qestion" \(Did you mean "question"\?/);
    await assert.rejects(
      read({}, { split: 3 }),
      /Expected "split" to be a split, or \{ train, test \} but found 3/,
    );
    await assert.rejects(read({}, { name: "a b" }), /Expected "name" to be a short name/);
    await assert.rejects(
      read({}, { revison: "x" }),
      /Unknown option "revison" \(Did you mean "revision"\?\)/,
    );
  });
});

/** A stand-in that has one data set of any name, asked for by a preset. */
async function fetched(
  preset: (place: PresetPlace) => Promise<ProblemSource>,
  row: JsonObject,
): Promise<{ source: ProblemSource; asked: string }> {
  const stand = standIn(
    [],
    ({ path }) =>
      path === "/splits"
        ? json({
          splits: ["train", "test"].flatMap((split) =>
            ["default", "OE_TO_maths_en_COMP"].map((config) => ({ config, split }))
          ),
        })
        : json({ rows: [{ row_idx: 0, row }], num_rows_total: 1 }),
  );
  const before = Deno.cwd();
  const folder = await Deno.makeTempDir();
  Deno.chdir(folder);
  try {
    const source = await preset({ hub: true, server: stand.server });
    const query = stand.asked.at(-1)?.query ?? {};
    return { source, asked: `${query.dataset} ${query.config} ${query.split}` };
  } finally {
    Deno.chdir(before);
    await stand.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Presets know where benchmarks are on the Hub, and their columns there", async () => {
  const known: [(place: PresetPlace) => Promise<ProblemSource>, JsonObject, string, string][] = [
    [
      math500,
      { problem: "p", answer: "a", solution: "s", level: 2 },
      "math500",
      "HuggingFaceH4/MATH-500 default test",
    ],
    [
      (place) => aime({ ...place, year: 2024 }),
      { problem: "p", answer: "073" },
      "aime2024",
      "HuggingFaceH4/aime_2024 default train",
    ],
    [
      (place) => aime({ ...place, year: 2025 }),
      { problem: "p", answer: 70 },
      "aime2025",
      "MathArena/aime_2025 default train",
    ],
    [
      (place) => amc({ ...place, year: 2022 }),
      { problem: "p", answer: 142.0, url: "https://example.com/2022_AMC_12A_Problems/Problem_1" },
      "amc2022",
      "AI-MO/aimo-validation-amc default train",
    ],
    [minerva, { question: "p", answer: "1.6" }, "minerva", "math-ai/minervamath default test"],
    [
      olympiadBench,
      { question: "p", solution: ["one", "two"], final_answer: ["$69$,$84$"], error: "1e-1" },
      "olympiadbench",
      "Hothan/OlympiadBench OE_TO_maths_en_COMP train",
    ],
  ];
  const answers: string[] = [];
  for (const [preset, row, name, place] of known) {
    const { source, asked } = await fetched(preset, row);
    assert.deepEqual([source.name, asked, source.train[0]?.problem], [name, place, "p"]);
    answers.push(source.train[0]?.answer ?? "");
    if (name === "olympiadbench") {
      assert.deepEqual([source.train[0]?.tolerance, source.train[0]?.solution], [0.1, "one"]);
    }
  }
  assert.deepEqual(answers, ["a", "073", "70", "142", "1.6", "$69$,$84$"]);
});

Deno.test("Presets read a file of your own, also with other columns", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "some.jsonl");
    const write = (row: JsonObject): Promise<void> => Deno.writeTextFile(file, JSON.stringify(row));
    await write({ problem: "p", solution: "so \\boxed{1.6} cm" });
    assert.deepEqual((await minerva({ file })).train, [{
      problem: "p",
      answer: "1.6",
      solution: "so \\boxed{1.6} cm",
    }]);
    await write({ Problem: "p", Answer: 204 });
    const columns = { problem: "Problem", answer: "Answer" };
    assert.deepEqual((await aime({ year: 1983, file, columns })).train, [{ problem: "p", answer: "204" }]);
    await assert.rejects(aime({ year: 2024, file }), /has no column "problem"/);
    await assert.rejects(
      aime({ year: 1983, hub: true }),
      /Cannot fetch aime1983: no data set of it is known; give \{ file \}/,
    );
    await write({ problem: "p", answer: 1, url: "2022_AMC_12A" });
    await assert.rejects(amc({ year: 2023, file }), /but found none whose "url" has "2023_AMC"/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
