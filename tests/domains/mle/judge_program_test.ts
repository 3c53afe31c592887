import assert from "node:assert/strict";
import { join } from "node:path";
import {
  builtInCompetition,
  builtInCompetitions,
  builtInFolder,
} from "../../../domains/mle/competition/built_in.ts";
import type { Competition } from "../../../domains/mle/competition/competition.ts";
import { judgeProgram } from "../../../domains/mle/judge_program.ts";
import { SandboxPool } from "../../../lib/domain/mod.ts";

const limits = { seconds: 60, memory: 1024 };
const pool = new SandboxPool();
const run = (competition: Competition, code: string, given = limits) =>
  judgeProgram(pool, competition, { language: "typescript", code }, given);

/** A program that looks at no column but the target: the best constant of each metric, or the last value of a series. */
function dummyProgram({ id, metric, target, positive }: Competition): string {
  const constant = id === "co2" ? "Number(texts.at(-1))" : {
    "log-loss": `texts.filter((text) => text === ${JSON.stringify(positive)}).length / texts.length`,
    "average-precision": "0.5",
    "auc": "0.5",
    "rmsle": "Math.expm1(texts.reduce((sum, text) => sum + Math.log1p(Number(text)), 0) / texts.length)",
    "mae": "texts.map(Number).sort((a, b) => a - b)[Math.floor(texts.length / 2)]",
    "rmse": "texts.reduce((sum, text) => sum + Number(text), 0) / texts.length",
    "r2": "texts.reduce((sum, text) => sum + Number(text), 0) / texts.length",
    "accuracy": "commonest",
    "macro-f1": "commonest",
  }[metric];
  return `
    import { readCsv } from "mlkit";
    export default function solve({ train, test }: { train: string; test: string }) {
      const texts = readCsv(train).texts(${JSON.stringify(target)});
      const counts = new Map<string, number>();
      for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
      const commonest = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
      return Array(readCsv(test).rows).fill(${constant});
    }`;
}

/** The cells of a competition's line in the documentation. */
function documented(id: string): string[] {
  const line = page.split("\n").find((text) => text.startsWith(`| \`${id}\``)) ?? assert.fail(id);
  return line.split("|").map((cell) => cell.trim());
}

const page = Deno.readTextFileSync(new URL("../../../docs/mle.md", import.meta.url));

for (const id of builtInCompetitions) {
  Deno.test(`judgeProgram() gives a constant about 0 and the reference solution at least 0.5 in ${id}`, async () => {
    const competition = builtInCompetition(id);
    const dummy = await run(competition, dummyProgram(competition));
    assert.equal(dummy.scored.ok, true, dummy.feedback);
    assert.ok(dummy.verdict.quality < 0.02, `quality ${dummy.verdict.quality}`);
    assert.ok(dummy.verdict.reward < 0.02, `reward ${dummy.verdict.reward}`);
    const code = await Deno.readTextFile(join(builtInFolder(id), "reference.solution.ts"));
    const reference = await run(competition, code);
    assert.ok(reference.verdict.quality >= 0.5, reference.feedback);
    assert.ok(reference.verdict.reward >= 0.5, reference.feedback);
    assert.equal(reference.verdict.failed, undefined);
    const [, , , , , score, , quality] = documented(id);
    assert.ok(Math.abs(Number(quality) - reference.verdict.quality) < 0.006, `docs/mle.md says ${quality}`);
    assert.ok(
      reference.scored.ok && Math.abs(Number(score) / reference.scored.test - 1) < 0.01,
      `docs/mle.md says ${score}`,
    );
  });
}

Deno.test("judgeProgram() gives a program the same whatever the labels of the hidden rows are", async () => {
  const competition = builtInCompetition("penguin-sex");
  const other = {
    ...competition,
    answers: competition.answers.map((answer) => answer === "male" ? "female" : "male"),
  };
  // A program that learns from the rows it is to predict as well, and tells all that it was given.
  const code = `
    import { readCsv } from "mlkit";
    export default (given: Record<string, string>) => {
      const test = readCsv(given.test);
      console.log(JSON.stringify([Object.keys(given), test.names, given.test.length, given.train.length]));
      return Array.from({ length: test.rows }, (_, row) => (given.test.charCodeAt(row) % 10) / 10);
    };`;
  const [one, two] = [await run(competition, code), await run(other, code)];
  assert.deepEqual(one.report, two.report);
  assert.match(one.report.output, /^\[\["train","test"\],\["species"/);
  assert.equal(one.report.output.includes("sex"), false);
  assert.notDeepEqual(one.scored, two.scored);
});

Deno.test("judgeProgram() does not let a program read the tables that its competition comes from", async () => {
  for (
    const path of [
      "./../competitions/penguin-sex/table.csv",
      "./mod.ts/../../competitions/penguin-sex/table.csv",
    ]
  ) {
    const { verdict, feedback } = await run(
      builtInCompetition("penguin-sex"),
      `import * as kit from "mlkit";
       export default () => Deno.readTextFileSync(new URL(${
        JSON.stringify(path)
      }, import.meta.resolve("mlkit")));`,
    );
    assert.equal(verdict.failed, true);
    assert.match(feedback, /Requires read access|Invalid URL|TypeError/);
    assert.equal(feedback.includes("Adelie"), false);
  }
});

Deno.test("judgeProgram() fails a program that predicts nothing of the form wanted, and says what is", async () => {
  const competition = builtInCompetition("penguin-sex");
  const { verdict, feedback } = await run(competition, "export default () => [1, 2]");
  assert.deepEqual(verdict, { quality: 0, solved: false, reward: 0, failed: true });
  assert.match(
    feedback,
    /^The program failed: Expected an array with one prediction for each of the 133 rows/,
  );
});

Deno.test("judgeProgram() shows the author of a failed program what it threw and printed, without paths", async () => {
  const { verdict, feedback } = await run(
    builtInCompetition("wages"),
    'export default () => { console.log("so far"); return nothing.at(0); }',
  );
  assert.equal(verdict.failed, true);
  assert.match(
    feedback,
    /^The program failed: ReferenceError: nothing is not defined \(solution\.ts, line 1\)\n/,
  );
  assert.match(feedback, /so far$/);
  assert.equal(feedback.includes("/mlkit"), false);
});

Deno.test("judgeProgram() ends a program that takes too long", async () => {
  const { verdict, feedback } = await run(builtInCompetition("wages"), "for (;;);", {
    seconds: 1,
    memory: 256,
  });
  assert.equal(verdict.failed, true);
  assert.equal(feedback, "The program failed: The program took more than 1 s and was ended");
});

Deno.test("judgeProgram() tells the validation score and nothing of the test score", async () => {
  const competition = builtInCompetition("penguin-sex");
  // Right on the validation half alone.
  const known = competition.answers.map((answer, row) =>
    competition.parts[row] === "validation" ? (answer === competition.positive ? 0.999 : 0.001) : 0.5
  );
  const judged = await run(competition, `export default () => ${JSON.stringify(known)}`);
  assert.equal(judged.verdict.reward, 1);
  assert.ok(judged.verdict.quality < 0.05);
  assert.match(
    judged.feedback,
    /^Validation log-loss: 0\.001001 \(lower is better; a constant scores 0\.6958, the best known 0\.1743\)\.$/,
  );
});
