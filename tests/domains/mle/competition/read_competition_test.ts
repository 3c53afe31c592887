import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { Competition } from "../../../../domains/mle/competition/competition.ts";
import { readCompetition } from "../../../../domains/mle/competition/read_competition.ts";
import { readCsv } from "../../../../domains/mle/mlkit/csv.ts";
import { UserError } from "../../../../lib/errors.ts";

/** Files of a folder by name. */
type Files = Readonly<Record<string, string>>;

/** y follows x, and c says whether y is 50 or more, in 100 rows. */
const table = `x,y,c\n${
  Array.from({ length: 100 }, (_, row) => {
    const x = (37 * row) % 100;
    return `${row % 7 === 0 ? "" : x},${x},${x < 50 ? "low" : "high"}`;
  }).join("\n")
}\n`;

const settings = { title: "Lines", metric: "mae", target: "y", best: 1 };
const classSettings = { title: "Sides", metric: "accuracy", target: "c", best: 1 };

function folder(change: object = {}, files: Files = {}, base: object = settings): Files {
  return {
    "competition.json": JSON.stringify({ ...base, ...change }),
    "description.md": "- `x`: a number\n",
    "table.csv": table,
    ...files,
  };
}

/** Writes the files, gives the folder to a function and removes it. */
function within<Result>(files: Files, use: (path: string) => Result, name = "lines"): Result {
  const parent = Deno.makeTempDirSync();
  try {
    const path = join(parent, name);
    Deno.mkdirSync(path);
    for (const [file, text] of Object.entries(files)) Deno.writeTextFileSync(join(path, file), text);
    return use(path);
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}

function read(files: Files): Competition {
  return within(files, readCompetition);
}

/** The sentence of the refusal, the folder's own path being shown as a dot. */
function refusal(files: Files, prepare: (path: string) => void = () => {}, name?: string): string {
  return within(files, (path) => {
    prepare(path);
    try {
      readCompetition(path);
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      assert.ok(!error.message.includes("\n"));
      return error.message.replaceAll(path, ".");
    }
    throw new Error("Expected a refusal");
  }, name);
}

Deno.test("readCompetition() splits a table by hash and keeps the target of hidden rows", () => {
  const competition = read(folder());
  assert.equal(competition.id, "lines");
  assert.equal(competition.description, "- `x`: a number");
  const [train, test] = [readCsv(competition.train), readCsv(competition.test)];
  assert.deepEqual(train.names, ["x", "y", "c"]);
  assert.deepEqual(test.names, ["x", "c"]);
  assert.equal(train.rows, 60);
  assert.equal(test.rows, 40);
  assert.equal(competition.parts.filter((part) => part === "test").length, 20);
  const pairs = test.numbers("x").map((x, row) => Number.isNaN(x) ? 0 : x - Number(competition.answers[row]));
  assert.ok(pairs.every((difference) => difference === 0));
  assert.deepEqual(competition.best, { validation: 1, test: 1 });
  assert.ok(competition.dummy.test > 15 && competition.dummy.test < 35);
  assert.equal(competition.medals, null);
});

Deno.test("readCompetition() splits by other shares, and by time", () => {
  const half = read(folder({ split: { rule: "hash", train: 0.5, validation: 0.1 } }));
  assert.equal(half.answers.length, 50);
  assert.equal(half.parts.filter((part) => part === "validation").length, 10);
  const last = read(folder({ split: { rule: "time", validation: 8, test: 6 } }));
  assert.deepEqual(last.answers, Array.from({ length: 14 }, (_, at) => (37 * (86 + at)) % 100));
  const known = (37 * 85) % 100;
  const errors = last.answers.slice(0, 8).map((answer) => Math.abs(Number(answer) - known));
  assert.equal(last.dummy.validation, errors.reduce((sum, error) => sum + error, 0) / 8);
});

Deno.test("readCompetition() takes tables that are split already, and halves the hidden rows", () => {
  const rows = table.trim().split("\n");
  const [header = "", ...body] = rows;
  const files = {
    "competition.json": JSON.stringify(settings),
    "description.md": "x",
    "train.csv": [header, ...body.slice(0, 70)].join("\n"),
    "test.csv": [header, ...body.slice(70)].join("\n"),
  };
  const competition = read(files);
  assert.equal(readCsv(competition.train).rows, 70);
  assert.deepEqual(competition.answers, Array.from({ length: 30 }, (_, at) => (37 * (70 + at)) % 100));
  assert.equal(competition.parts.filter((part) => part === "validation").length, 15);
  assert.equal(
    refusal({ ...files, "competition.json": JSON.stringify({ ...settings, split: { rule: "hash" } }) }),
    'Expected no "split" beside "train.csv" but found one in "./competition.json"',
  );
  assert.equal(
    refusal({ ...files, "test.csv": files["test.csv"].replace("x,y,c", "z,y,c") }),
    'Expected the same columns in "./train.csv" and "./test.csv" but they differ',
  );
  assert.equal(
    refusal({ ...files, "test.csv": [header, ...body.slice(94)].join("\n") }),
    'Expected at least 5 rows of the validation half but found 3 in "./train.csv" and "./test.csv"',
  );
});

Deno.test("readCompetition() finds the classes and keeps their order if told", () => {
  assert.deepEqual(read(folder({}, {}, classSettings)).classes, ["high", "low"]);
  const told = read(folder({ metric: "auc", positive: "high", classes: ["low", "high"] }, {}, classSettings));
  assert.deepEqual(told.classes, ["low", "high"]);
  assert.equal(told.positive, "high");
  assert.deepEqual(told.dummy, { validation: 0.5, test: 0.5 });
  const digits = table.replaceAll("low", "9").replaceAll("high", "10");
  assert.deepEqual(read(folder({}, { "table.csv": digits }, classSettings)).classes, ["9", "10"]);
});

Deno.test("readCompetition() takes scores of each half, a dummy, a leaderboard or medals", () => {
  const scores = read(folder({ best: { validation: 2, test: 1 }, dummy: 30 }));
  assert.deepEqual(scores.best, { validation: 2, test: 1 });
  assert.deepEqual(scores.dummy, { validation: 30, test: 30 });
  const leaderboard = [5, { name: "ridge", test: 1 }, 2, 4, 3];
  assert.deepEqual(read(folder({ leaderboard })).medals, { gold: 1, silver: 1, bronze: 2 });
  const medals = { gold: 1, silver: 2, bronze: 3 };
  assert.deepEqual(read(folder({ medals })).medals, medals);
});

Deno.test("readCompetition() refuses a file that says what it cannot mean", () => {
  const refused = (change: object, base?: object): string => refusal(folder(change, {}, base));
  const where = 'in "./competition.json"';
  assert.equal(
    refused({ metric: "log-los" }),
    'Expected "metric" to be one of accuracy, macro-f1, log-loss, auc, average-precision, rmse, rmsle, mae, r2 ' +
      `(did you mean "log-loss"?) but found "log-los" ${where}`,
  );
  assert.equal(refused({ taget: "y" }), `Unknown option "taget" (Did you mean "target"?) ${where}`);
  assert.equal(refused({ best: undefined }), `Missing option "best" ${where}`);
  assert.equal(
    refused({ title: " " }),
    `Expected "title" to be text that is not empty but found " " ${where}`,
  );
  assert.equal(
    refused({ best: "good" }),
    `Expected "best" to be a number or { "test": a number } but found "good" ${where}`,
  );
  assert.equal(
    refused({ split: { rule: "random" } }),
    `Expected "split.rule" to be an object with "rule": "hash" or "time" but found "random" ${where}`,
  );
  assert.equal(
    refused({ split: { rule: "hash", train: 0.9, validation: 0.2 } }),
    `Expected "split" to be shares above 0 with the sum 1 but found { rule: "hash", train: 0.9, validation: 0.2 } ${where}`,
  );
  assert.equal(
    refused({ target: "z" }),
    'Expected the column "z" to predict in "./table.csv" but it has "x", "y", "c"',
  );
  assert.equal(
    refused({ target: "z" }, classSettings),
    'Expected the column "z" to predict in "./table.csv" but it has "x", "y", "c"',
  );
  assert.match(
    refused({ best: 90 }),
    /^Expected "best.validation" to be below [\d.]+, which predicting "y" without a model scores, but found 90 in/,
  );
  assert.equal(
    refused({ best: -1 }),
    `Expected "best.validation" not to be below 0, the perfect mae, but found -1 ${where}`,
  );
  assert.equal(
    refused({ best: { validation: 1, test: 1.5 } }, classSettings),
    `Expected "best.test" not to be above 1, the perfect accuracy, but found 1.5 ${where}`,
  );
  assert.equal(
    refused({ leaderboard: [1], medals: { gold: 1, silver: 1, bronze: 1 } }),
    `Expected "leaderboard" or "medals" but found both ${where}`,
  );
  assert.equal(
    refused({ medals: { gold: 3, silver: 2, bronze: 1 } }),
    `Expected "medals" from the best score, gold, to bronze but found 3, 2, 1 ${where}`,
  );
  assert.equal(
    refusal(folder({}, { "competition.json": "{" })),
    'Expected "./competition.json" to be JSON but it is not',
  );
});

Deno.test("readCompetition() refuses classes that are not those of the table", () => {
  const refused = (change: object, base: object = classSettings): string => refusal(folder(change, {}, base));
  const where = 'in "./competition.json"';
  assert.equal(
    refused({ classes: ["low", "high", "middle"] }),
    `Expected "classes" to be in the column "c" but it lacks "middle" ${where}`,
  );
  assert.equal(
    refused({ classes: ["low", "low"] }),
    `Expected "classes" to be all of the column "c" but it also has "high" ${where}`,
  );
  assert.equal(
    refused({ classes: ["low", "high", "low"] }),
    `Expected "classes" to name each once but found one twice ${where}`,
  );
  assert.equal(
    refused({ metric: "auc" }),
    `Missing option "positive", one of "high", "low", which the metric auc needs, ${where}`,
  );
  assert.equal(
    refused({ metric: "log-loss", best: 0, positive: "hi" }),
    `Expected "positive" to be one of "high", "low" but found "hi" ${where}`,
  );
  assert.equal(
    refused({ positive: "high" }),
    `Expected no "positive" with the metric accuracy but found "high" ${where}`,
  );
  assert.equal(
    refused({ classes: ["1", "2"] }, settings),
    `Expected no "classes" with the metric mae, which compares numbers, but found some ${where}`,
  );
  assert.equal(
    refused({ target: "y" }),
    `Expected every class among the rows to learn from but "0" is not by "split" ${where}`,
  );
});

Deno.test("readCompetition() refuses a table that it cannot use", () => {
  const refused = (text: string, change: object = {}): string =>
    refusal(folder(change, { "table.csv": text }));
  assert.equal(
    refused(table.replace("\n37,37,low", "\n37,NaN,low")),
    'Expected a value to predict but found "NaN" in column "y", row 2 of "./table.csv"',
  );
  assert.equal(
    refused(table.replace("\n37,37,low", "\n37,many,low")),
    'Expected a number for the metric mae but found "many" in column "y", row 2 of "./table.csv"',
  );
  assert.equal(
    refused(table.replace("\n37,37,low", "\n37,-1,low"), { metric: "rmsle" }),
    'Expected a number of at least 0 for the metric rmsle but found "-1" in column "y", row 2 of "./table.csv"',
  );
  assert.equal(
    refused(table.replaceAll(/\n(\d*),\d+,/g, "\n$1,3,")),
    'Expected the column "y" to differ between rows but all have 3 in "./competition.json"',
  );
  assert.equal(
    refused(table.split("\n").slice(0, 15).join("\n")),
    'Expected at least 10 rows to learn from but found 8 by "split" in "./competition.json"',
  );
  assert.equal(
    refused(table, { split: { rule: "time", validation: 20, test: 2 } }),
    'Expected at least 5 rows of the test half but found 2 by "split" in "./competition.json"',
  );
  assert.equal(
    refused(table, { split: { rule: "time", validation: 200, test: 20 } }),
    'Expected at least 10 rows to learn from but found 0 by "split" in "./competition.json"',
  );
  assert.equal(refused("y\n1\n2\n"), 'Expected a column beside "y" in "./table.csv" but found none');
  assert.equal(
    refused(",y\n1,2\n"),
    'Expected every column of "./table.csv" to have a name but one has none',
  );
  assert.equal(
    refused("x,y\n1,2\n3\n"),
    'Expected 2 fields as in the header but found 1 (line 3) in "./table.csv"',
  );
  assert.equal(
    refused(table.replace("low", "rare"), {
      metric: "accuracy",
      target: "c",
      best: 1,
      split: { rule: "time", validation: 10, test: 89 },
    }),
    'Expected at least 10 rows to learn from but found 1 by "split" in "./competition.json"',
  );
  const late = table.replace(/low\n$|high\n$/, "rare\n");
  assert.equal(
    refused(late, {
      metric: "accuracy",
      target: "c",
      best: 1,
      split: { rule: "time", validation: 10, test: 10 },
    }),
    'Expected every class among the rows to learn from but "rare" is not by "split" in "./competition.json"',
  );
});

Deno.test("readCompetition() refuses missing files, links and names that are no id", () => {
  for (const name of ["competition.json", "description.md", "table.csv"]) {
    const { [name]: _, ...rest } = folder();
    assert.equal(refusal(rest), `Missing file "${name}" in the competition "."`);
    const linked = refusal(rest, (path) => {
      Deno.writeTextFileSync(join(path, "other"), folder()[name] ?? "");
      Deno.symlinkSync(join(path, "other"), join(path, name));
    });
    assert.equal(linked, `Expected "./${name}" to be a file but found a link`);
  }
  assert.equal(
    refusal(folder({}, { "train.csv": table })),
    'Expected "table.csv" or "train.csv" but found both in the competition "."',
  );
  assert.equal(
    refusal(folder({}, { "description.md": " \n" })),
    'Expected "./description.md" to say what the columns are but it is empty',
  );
  assert.equal(
    refusal(folder({}, { "description.md": "a".repeat(20_001) })),
    'Expected "./description.md" to have at most 20000 characters but it has 20001',
  );
  assert.equal(
    refusal(folder(), () => {}, "my lines"),
    'Expected the competition\'s folder to be named by letters, digits and dashes but found "my lines"',
  );
  within(folder(), (path) => {
    Deno.symlinkSync(path, `${path}-link`);
    assert.throws(() => readCompetition(`${path}-link`), /to be a folder but found a link$/);
    assert.throws(() => readCompetition(join(path, "table.csv")), /to be a folder but found a file$/);
    assert.throws(() => readCompetition(`${path}-none`), /^UserError: Cannot find the competition/);
  });
  const notText = refusal(
    folder(),
    (path) => Deno.writeFileSync(join(path, "table.csv"), Uint8Array.of(255, 254, 0)),
  );
  assert.equal(notText, 'Expected "./table.csv" to be UTF-8 but it is not');
});

/** Reads what may be wrong in any way: a competition, or one sentence. */
function readsOrRefuses(files: Files): void {
  within(files, (path) => {
    try {
      const { answers, parts, dummy, best } = readCompetition(path);
      assert.equal(answers.length, parts.length);
      for (const score of [dummy.validation, dummy.test, best.validation, best.test]) {
        assert.ok(Number.isFinite(score));
      }
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
    }
  });
}

Deno.test("readCompetition() answers whatever the settings say with a competition or a sentence", () => {
  const keys = [
    "title",
    "metric",
    "target",
    "positive",
    "classes",
    "split",
    "best",
    "dummy",
    "leaderboard",
    "medals",
  ];
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom("auc", "rmsle", "log-loss", "r2", "x", "y", "c", "low", "high"),
    fc.double({ min: -2, max: 2, noNaN: true }),
    fc.constantFrom(["low", "high"], { rule: "time", validation: 5, test: 5 }, { rule: "hash", train: 0.3 }),
  );
  fc.assert(fc.property(fc.dictionary(fc.constantFrom(...keys), value), (change) => {
    readsOrRefuses(folder(change));
    readsOrRefuses(folder(change, {}, classSettings));
  }));
  fc.assert(fc.property(fc.json(), (text) => readsOrRefuses(folder({}, { "competition.json": text }))));
});

Deno.test("readCompetition() answers any table with a competition or a sentence", () => {
  const cell = fc.constantFrom("1", "2.5", "-3", "", "NaN", "low", '"a,b"', '"', "1e999", "\t", " 7 ");
  const line = fc.array(cell, { minLength: 2, maxLength: 3 }).map((cells) => cells.join(","));
  const good = fc.nat(9).map((number) => `${number},${number}`);
  const lines = fc.oneof(
    fc.array(line, { maxLength: 40 }),
    fc.array(good, { minLength: 30, maxLength: 60 }),
    fc.tuple(fc.array(good, { minLength: 30 }), line).map(([rows, odd]) => [...rows, odd]),
  );
  fc.assert(fc.property(lines, fc.constantFrom("mae", "accuracy", "rmsle", "r2"), (rows, metric) => {
    readsOrRefuses(folder({ metric }, { "table.csv": ["x,y", ...rows].join("\n") }));
  }));
  fc.assert(fc.property(fc.string(), (text) => readsOrRefuses(folder({}, { "table.csv": text }))));
});
