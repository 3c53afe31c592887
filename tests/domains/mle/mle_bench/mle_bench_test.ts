import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { gradeByMlebench } from "../../../../domains/mle/mle_bench/grade_by_mlebench.ts";
import { gradeSubmission } from "../../../../domains/mle/mle_bench/grade_submission.ts";
import { mleBench } from "../../../../domains/mle/mle_bench/mle_bench.ts";
import {
  type BenchCompetition,
  paperCompetitions,
} from "../../../../domains/mle/mle_bench/paper_competitions.ts";
import { readPrepared } from "../../../../domains/mle/mle_bench/read_prepared.ts";
import { checkDomain, SandboxPool } from "../../../../lib/domain/mod.ts";
import { answersOf, hiddenRows, idOf, prepareFixture } from "./fixture.ts";

const data = prepareFixture();
Deno.test.afterAll(() => Deno.removeSync(data, { recursive: true }));

const python = await new SandboxPool().layers("python").then(() => true, () => false);

function rulesOf(id: string): BenchCompetition {
  return paperCompetitions.find((each) => each.id === id) ?? assert.fail(id);
}

/** A submission in another order than the answers', with values made from the true ones. */
function submission(
  rules: BenchCompetition,
  change: (truth: readonly number[], row: number) => readonly number[],
): string {
  const lines = Array.from(
    { length: hiddenRows },
    (_, row) => [idOf(row), ...change(answersOf(rules, row), row)].join(","),
  );
  return [[rules.idColumn, ...rules.targets].join(","), ...lines.toReversed()].join("\n");
}

for (const rules of paperCompetitions) {
  Deno.test(`gradeSubmission() gives the truth 1 and a constant less in ${rules.id}`, () => {
    const prepared = readPrepared(data, rules);
    const right = gradeSubmission(prepared, submission(rules, (truth) => truth));
    assert(right.ok);
    assert.deepEqual([right.quality, right.reward], [1, 1]);
    const constant = gradeSubmission(
      prepared,
      submission(rules, (truth) => truth.map(() => 1 / truth.length)),
    );
    assert(constant.ok);
    // Half a ranking for AUC, ln 3 of 1.5 for three classes.
    const expected = { "auc": 0.5, "log-loss": 1 - Math.log(3) / 1.5, "rmsle": null }[rules.metric];
    if (expected !== null) assert.ok(Math.abs(constant.quality - expected) < 1e-5, String(constant.quality));
    assert.ok(constant.quality < 1 && constant.reward < 1);
  });
}

Deno.test("gradeSubmission() has both halves of the rows, and each counts for its own score", () => {
  const rules = rulesOf("aerial-cactus-identification");
  const prepared = readPrepared(data, rules);
  assert.equal(prepared.parts.filter((part) => part === "validation").length, hiddenRows / 2);
  const scored = gradeSubmission(
    prepared,
    submission(rules, ([truth = 0], row) => [prepared.parts[row] === "validation" ? truth : 0.5]),
  );
  assert(scored.ok);
  assert.deepEqual([scored.reward, scored.quality], [1, 0.5]);
});

Deno.test("readPrepared() leaves out rows whose answers are below 0, as jigsaw's are", () => {
  const rules = rulesOf("jigsaw-toxic-comment-classification-challenge");
  const path = join(data, rules.id, "prepared/private/test.csv");
  const text = Deno.readTextFileSync(path);
  const lines = text.split("\n");
  try {
    Deno.writeTextFileSync(path, [lines[0], `${idOf(0)},-1,-1,-1,-1,-1,-1`, ...lines.slice(2)].join("\n"));
    const prepared = readPrepared(data, rules);
    assert.equal(prepared.parts[0], null);
    const scored = gradeSubmission(
      prepared,
      submission(rules, (truth, row) => row === 0 ? truth.map((value) => 1 - value) : truth),
    );
    assert.deepEqual(scored.ok && [scored.quality, scored.reward], [1, 1]);
  } finally {
    Deno.writeTextFileSync(path, text);
  }
});

for (
  const [name, id, change, sentence] of [
    ["no file", "aerial-cactus-identification", () => null, /no such file/],
    [
      "another header",
      "aerial-cactus-identification",
      () => "id,cactus\na,1",
      /Expected a column "has_cactus"/,
    ],
    [
      "too few rows",
      "aerial-cactus-identification",
      (text: string) => text.split("\n").slice(1, -1).join("\n"),
      /Expected/,
    ],
    [
      "a row twice",
      "aerial-cactus-identification",
      (text: string) => text.replace(idOf(3), idOf(4)),
      /Expected the ids of the test rows/,
    ],
    [
      "another id",
      "aerial-cactus-identification",
      (text: string) => text.replace(idOf(3), "nobody"),
      /found "nobody"|found "row/,
    ],
    [
      "no number",
      "aerial-cactus-identification",
      (text: string) => text.replace(/,1$/m, ",yes"),
      /probabilities from 0 to 1 in "has_cactus" but found "yes"/,
    ],
    [
      "a missing value",
      "aerial-cactus-identification",
      (text: string) => text.replace(/,1$/m, ","),
      /but found ""/,
    ],
    [
      "a number above 1",
      "aerial-cactus-identification",
      (text: string) => text.replace(/,1$/m, ",1.5"),
      /but found "1.5"/,
    ],
    [
      "a number below 0",
      "nomad2018-predict-transparent-conductors",
      (text: string) => text.replace(/,0,/, ",-1,"),
      /at least 0/,
    ],
    [
      "a column more, where the columns are counted",
      "jigsaw-toxic-comment-classification-challenge",
      (text: string) => text.replaceAll("\n", ",7\n").replace(",7", ",more") + ",7",
      /no other columns in working\/submission\.csv but found "more"/,
    ],
    [
      "shares with another sum",
      "spooky-author-identification",
      (text: string) => text.replace(/,1,0,0$/m, ",1,0.1,0"),
      /the sum 1 but found 1\.1/,
    ],
  ] as const
) {
  Deno.test(`gradeSubmission() has no score for a submission with ${name}`, () => {
    const rules = rulesOf(id);
    const scored = gradeSubmission(readPrepared(data, rules), change(submission(rules, (truth) => truth)));
    assert.equal(scored.ok, false);
    assert.match(scored.ok ? "" : scored.message, sentence);
  });
}

Deno.test("gradeSubmission() takes shares whose sum is 1 up to rounding", () => {
  const rules = rulesOf("spooky-author-identification");
  const text = submission(rules, () => [0.33333, 0.33333, 0.33333]);
  assert.equal(gradeSubmission(readPrepared(data, rules), text).ok, true);
});

for (
  const [name, id, change, sentence] of [
    ["no rows", "aerial-cactus-identification", (text: string) => text.split("\n", 1).join(), /found none/],
    [
      "one class alone",
      "aerial-cactus-identification",
      (text: string) => text.replaceAll(/,0$/gm, ",1"),
      /both 0 and 1 in the column "has_cactus" but found only one of them in the validation half of/,
    ],
    [
      "a class between",
      "aerial-cactus-identification",
      (text: string) => text.replaceAll(/,0$/gm, ",0.5"),
      /0 or 1 but found 0\.5/,
    ],
    [
      "two classes in a row",
      "spooky-author-identification",
      (text: string) => text.replaceAll(/,0$/gm, ",1"),
      /one class of EAP, HPL, MWS for each row/,
    ],
  ] as const
) {
  Deno.test(`readPrepared() refuses answers with ${name} in a sentence`, () => {
    const path = join(data, id, "prepared/private/test.csv");
    const text = Deno.readTextFileSync(path);
    try {
      Deno.writeTextFileSync(path, `${change(text)}`);
      assert.throws(() => readPrepared(data, rulesOf(id)), { name: "UserError", message: sentence });
    } finally {
      Deno.writeTextFileSync(path, text);
    }
  });
}

Deno.test("mleBench() shows how the public files begin, and refuses links among them", async () => {
  const domain = mleBench({ data });
  const id = "aerial-cactus-identification";
  const folder = join(data, id, "prepared/public");
  const [long, link] = [join(folder, "long.csv"), join(folder, "way-out")];
  try {
    Deno.writeTextFileSync(long, `${"a,".repeat(9000)}b\n`);
    const [request] = domain.prompt(id, null);
    assert.match(request?.content ?? "", /input\/train\.csv, which begins with:\nid,word,has_cactus\nrow-/);
    assert.ok((request?.content.length ?? Infinity) < 3000);
    Deno.symlinkSync(join(data, id, "prepared/private"), link);
    await assert.rejects(async () => await domain.step(id, null, "print(1)"), {
      name: "UserError",
      message: python ? /no links/ : /bubblewrap|no links/,
    });
  } finally {
    for (const path of [long, link]) Deno.removeSync(path);
  }
});

Deno.test({
  name: "mleBench() holds to the contract of domains",
  ignore: !python,
  fn: async () => {
    assert.deepEqual(await checkDomain(mleBench({ data, seconds: 20 }), { tasks: 1 }), []);
  },
});

Deno.test("gradeSubmission() throws on no text", () => {
  const prepared = readPrepared(data, rulesOf("spooky-author-identification"));
  fc.assert(fc.property(fc.string(), (text) => gradeSubmission(prepared, text).ok === false));
});

Deno.test("mleBench() trains on the paper's three competitions and holds out the other three", () => {
  const domain = mleBench({ data });
  const of = (split: "train" | "test") => [0, 1, 2].map((index) => domain.tasks(split).at(index).id);
  assert.deepEqual(of("train"), paperCompetitions.slice(0, 3).map(({ id }) => id));
  assert.deepEqual(of("test"), paperCompetitions.slice(3).map(({ id }) => id));
  assert.deepEqual(domain.permissions, { read: [data], run: ["/bin/sh"] });
  const [request] = domain.prompt("spooky-author-identification", null);
  assert.match(
    request?.content ?? "",
    /A table made up for tests\.[\s\S]*"EAP", "HPL", "MWS"\. Submissions are scored by log-loss; lower is better/,
  );
});

for (
  const [name, options, sentence] of [
    [
      "a folder that is not prepared",
      { data: "/nowhere" },
      /Cannot find "\/nowhere\/detecting-.*"; run mlebench prepare -c detecting-/,
    ],
    [
      "a competition in both splits",
      { data, train: ["aerial-cactus-identification"] },
      /no competition in both/,
    ],
    ["an unknown competition", { data, train: ["titanic"] }, /train/],
  ] as const
) {
  Deno.test(`mleBench() refuses ${name} in a sentence`, () => {
    assert.throws(() => mleBench(options), { name: "UserError", message: sentence });
  });
}

/** Learns which word goes with which class, with the standard library alone. */
const solution = `Counting words:
\`\`\`python
import csv
train = list(csv.DictReader(open("input/train.csv")))
test = list(csv.DictReader(open("input/test.csv")))
targets = ["EAP", "HPL", "MWS"]
with open("working/submission.csv", "w", newline="") as file:
    out = csv.writer(file)
    out.writerow(["id"] + targets)
    for row in test:
        alike = [other for other in train if other["word"] == row["word"]]
        out.writerow([row["id"]] + [sum(float(other[name]) for other in alike) / len(alike) for name in targets])
\`\`\``;

Deno.test({
  name: "mleBench() runs a Python solution in the sandbox and grades it",
  ignore: !python,
  fn: async () => {
    const domain = mleBench({ data, seconds: 20 });
    const { verdict, feedback } = await domain.step("spooky-author-identification", null, solution);
    assert.deepEqual(verdict, { quality: 1, solved: true, reward: 1 }, feedback);
    assert.match(feedback ?? "", /^Validation log-loss: \S+ \(lower is better\)\.$/);
    const broken = await domain.step("spooky-author-identification", null, "import pandas_of_mine");
    assert.equal(broken.verdict.failed, true);
    assert.match(broken.feedback ?? "", /ModuleNotFoundError: No module named 'pandas_of_mine'/);
  },
});

Deno.test({
  name: "mleBench() keeps private rows from programs, and public ones from being written",
  ignore: !python,
  fn: async () => {
    const domain = mleBench({ data, seconds: 20 });
    for (
      const code of [
        `open(${JSON.stringify(join(data, "spooky-author-identification/prepared/private/test.csv"))})`,
        `open("input/../private/test.csv")`,
        `open("input/../../private/test.csv")`,
        `open("input/train.csv", "a").write("x")`,
      ]
    ) {
      const { verdict, feedback } = await domain.step("spooky-author-identification", null, code);
      assert.equal(verdict.failed, true);
      assert.match(feedback ?? "", /FileNotFoundError|OSError: \[Errno 30\] Read-only|PermissionError/);
    }
  },
});

Deno.test("gradeByMlebench() reads the report at the end of a log, and says why there is none", async () => {
  const folder = Deno.makeTempDirSync();
  const path = Deno.env.get("PATH") ?? "";
  const stand = (script: string): void => {
    Deno.writeTextFileSync(join(folder, "mlebench"), `#!/bin/sh\n${script}\n`);
    Deno.chmodSync(join(folder, "mlebench"), 0o755);
  };
  try {
    Deno.env.set("PATH", `${folder}:${path}`);
    stand(
      `[ "$1 $3 $4 $5" = "grade-sample one --data-dir /data" ] || exit 3
echo "[2026] [cli.py:206] Competition report: {"
printf '[2026] [cli.py:207] {\\n"score": 0.%s, "gold_medal": false, "silver_medal": true}\\n' "$(tail -n 1 "$2")"`,
    );
    assert.deepEqual(await gradeByMlebench("id\n75", "one", "/data"), {
      ok: true,
      score: 0.75,
      medal: "silver",
    });
    stand(`echo '{"score": null}'`);
    assert.deepEqual(await gradeByMlebench("id", "one", "/data"), {
      ok: false,
      message: "mlebench found the submission invalid",
    });
    stand("echo 'No such competition' >&2; exit 1");
    await assert.rejects(gradeByMlebench("id", "one", "/data"), {
      name: "UserError",
      message: "Expected a report of mlebench grade-sample one but found none; it said: No such competition",
    });
    stand(`echo '{"score": 0.5, "gold_threshold": NaN}'`);
    assert.deepEqual(await gradeByMlebench("id", "one", "/data"), { ok: true, score: 0.5, medal: null });
    Deno.removeSync(join(folder, "mlebench"));
    await assert.rejects(gradeByMlebench("id", "one", "/data"), {
      name: "UserError",
      message: /mlebench is not installed$/,
    });
  } finally {
    Deno.env.set("PATH", path);
    Deno.removeSync(folder, { recursive: true });
  }
});
