import assert from "node:assert/strict";
import { join } from "node:path";
import { SandboxPool } from "../../../lib/domain/mod.ts";
import { mleCommand } from "../../../runners/cli/mle.ts";
import { type Captured, captured } from "../../support/captured.ts";
import { task } from "../../support/command_line.ts";

const mle = (...words: string[]): Promise<Captured> => captured(mleCommand, ...words);
const folder = Deno.makeTempDirSync();
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  Deno.writeTextFileSync(path, text);
  return path;
}

const python = await new SandboxPool().layers("python").then(() => true, () => false);

Deno.test("deno task mle score runs a reference solution as a user would call it", async () => {
  const { code, stdout, stderr } = await task(
    "mle",
    "score",
    "--competition",
    "domains/mle/competitions/penguin-sex",
    "--solution",
    "domains/mle/competitions/penguin-sex/reference.solution.ts",
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^The sex of penguins \(penguin-sex\), log-loss: lower is better\n {2}validation/);
  assert.match(
    stdout,
    /test +0\.1\d* +quality 0\.9\d+ {2}\(a constant scores 0\.7022, the best known 0\.07678\)/,
  );
  assert.match(stdout, /run +\d+\.\d\d s, held by deno permissions/);
});

Deno.test("mle score tells why a program failed and ends with 1", async () => {
  const { code, out } = await mle(
    "score",
    "--competition",
    "wages",
    "--solution",
    file("broken.ts", "export default () => 1 / x"),
  );
  assert.equal(code, 1);
  assert.match(out, /The program failed: ReferenceError: x is not defined/);
});

Deno.test("mle score gives all figures as JSON", async () => {
  const solution = file(
    "guess.md",
    "So:\n```ts\nexport default ({ test }) => test.trim().split('\\n').slice(1).map(() => 8);\n```\n",
  );
  const { code, out } = await mle(
    "score",
    "--competition",
    "wages",
    "--solution",
    solution,
    "--json",
    "--no-bubblewrap",
  );
  assert.equal(code, 0);
  const { competition, scored, verdict, run } = JSON.parse(out);
  assert.deepEqual([competition, scored.ok, run.outcome, run.layers[0]], [
    "wages",
    true,
    "done",
    "deno permissions",
  ]);
  assert.equal(run.layers.includes("bubblewrap"), false);
  assert.equal(verdict.quality, scored.quality);
});

Deno.test({
  name: "mle score runs a solution in Python",
  ignore: !python,
  fn: async () => {
    const solution = file(
      "mean.py",
      `import csv
rows = list(csv.DictReader(open("input/train.csv")))
mean = sum(float(row["wage"]) for row in rows) / len(rows)
count = len(list(csv.DictReader(open("input/test.csv"))))
with open("working/submission.csv", "w") as out:
    print("prediction", *[mean] * count, sep="\\n", file=out)
`,
    );
    const { code, out } = await mle("score", "--competition", "wages", "--solution", solution);
    assert.equal(code, 0, out);
    assert.match(out, /held by bubblewrap/);
  },
});

Deno.test("mle prompt shows what a policy is asked, and mle list what there is", async () => {
  const { out } = await mle("prompt", "--competition", "co2");
  assert.match(out, /# Carbon dioxide on Mauna Loa/);
  const list = await mle("list");
  assert.equal(list.out.trim().split("\n").length, 9);
});

for (
  const [mistake, words, sentence] of [
    ["no verb", [], /^error: Expected score, prompt or list but found none\n$/],
    ["another verb", ["grade"], /found "grade"/],
    ["no competition", ["score"], /Expected --competition DIR/],
    ["a competition that is not there", ["score", "--competition", "./none"], /none/],
    ["an unknown id", ["score", "--competition", "digit"], /Did you mean "digits"/],
    ["no solution", ["score", "--competition", "wages"], /Expected --solution FILE/],
    [
      "a solution that is not there",
      ["score", "--competition", "wages", "--solution", "a.ts"],
      /Cannot find the solution a\.ts/,
    ],
    [
      "a solution of another kind",
      ["score", "--competition", "wages", "--solution", "README.r"],
      /Cannot find|to end with/,
    ],
    [
      "a wrong limit",
      ["score", "--competition", "wages", "--seconds", "0"],
      /--seconds to be a whole number of at least 1 but found "0"/,
    ],
    ["an unknown option", ["score", "--solutions", "a"], /did you mean --solution\?/],
  ] as const
) {
  Deno.test(`deno task mle refuses ${mistake} in a sentence`, async () => {
    const { code, error } = await mle(...words);
    assert.equal(code, 2);
    assert.match(error, sentence);
    assert.equal(error.trim().split("\n").length, 1);
  });
}
