import assert from "node:assert/strict";
import { join } from "node:path";
import { conformanceCommand } from "../../../runners/cli/conformance.ts";
import { type Captured, captured } from "../../support/captured.ts";
import { task } from "../../support/command_line.ts";

const conformance = (...words: string[]): Promise<Captured> => captured(conformanceCommand, ...words);

const folder = Deno.makeTempDirSync();
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));

let files = 0;

/** A file of these rows, each as JSON. */
function table(...rows: readonly object[]): string {
  const path = join(folder, `table_${files++}.jsonl`);
  Deno.writeTextFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
}

/** Numbers, which no checker can be in doubt of; the last three verdicts are wrong on purpose. */
const rows = [
  { gold: "72", pred: "So it is \\boxed{72}.", expected: true },
  { gold: "72", pred: "So it is \\boxed{73}.", expected: 0 },
  { gold: "72", pred: "#### 72", by_construction: null },
  { gold: "1/2", pred: "0.5", by_construction: true },
  { gold: "72", pred: "#### 72", expected: false },
  { gold: "72", pred: "#### 71", expected: true },
  { gold: "7", pred: `${"so ".repeat(50)}\u001b[2J\\boxed{8}`, expected: true },
] as const;

Deno.test("conformance prints cases, agreement and each row that it disagrees with", async () => {
  const { code, out } = await conformance("math", table(...rows));
  assert.equal(code, 0);
  const [counts, ...disagreements] = out.split("\n\n");
  assert.equal(
    counts,
    "cases          6\nagreement      50.00 %\nfalse accepts  1\nfalse rejects  2",
  );
  assert.match(
    disagreements[0] ?? "",
    /^line 5: expected different, found equal \(.+\)\n {2}gold {2}72\n {2}pred {2}#### 72$/,
  );
  assert.match(disagreements[1] ?? "", /^line 6: expected equal, found different \(.+\)\n/);
  // Long responses lose their beginning, and what would steer the terminal is a dot.
  assert.match(disagreements[2] ?? "", /^line 7: .*\n {2}gold {2}7\n {2}pred {2}…[so ]+·\[2J\\boxed\{8\}\n$/);
  assert.equal(disagreements.length, 3);
});

Deno.test("conformance --json prints four figures and nothing else", async () => {
  const { code, out } = await conformance("math", "--json", table(...rows));
  assert.equal(code, 0);
  assert.equal(out, '{"cases":6,"agreement":0.5,"falseAccepts":1,"falseRejects":2}\n');
  const all = await conformance("math", table(...rows.slice(0, 4)), "--json");
  assert.equal(all.out, '{"cases":3,"agreement":1,"falseAccepts":0,"falseRejects":0}\n');
});

Deno.test("conformance does not call it 100 % while a row is missed", async () => {
  const right = Array.from({ length: 30_000 }, () => ({ gold: "1", pred: "1", expected: true }));
  const { out } = await conformance("math", table(...right, { gold: "1", pred: "2", expected: true }));
  assert.match(out, /^cases {10}30,001\nagreement {6}99\.99 %\n/);
});

Deno.test("conformance --tolerance holds for rows that do not say", async () => {
  const near = { gold: "3.14", pred: "3.1416", expected: true };
  const file = table(near, { ...near, tolerance: "1e-9", expected: false }, { ...near, precision: [0.01] });
  assert.match((await conformance("math", file)).out, /^cases {10}3\nagreement {6}66\.66 %\n/);
  assert.match((await conformance("math", file, "--tolerance", "1e-2")).out, /\nagreement {6}100\.00 %\n/);
});

Deno.test("conformance answers mistakes with one sentence and exit code 2", async () => {
  const good = table(rows[0]);
  const bad = join(folder, "bad.jsonl");
  Deno.writeTextFileSync(bad, `${JSON.stringify(rows[0])}\n{"gold": "72"}\n`);
  for (
    const [words, message] of [
      [[], "Expected math, bfcl, engine or sampler but found none"],
      [["maths", good], 'Expected math, bfcl, engine or sampler but found "maths"'],
      [["__proto__", good], 'Expected math, bfcl, engine or sampler but found "__proto__"'],
      [["math"], "Expected a FILE.jsonl of cases but found none"],
      [["math", good, bad], `Expected one FILE.jsonl but found 2: ${good}, ${bad}`],
      [["math", bad], `Missing option "pred" in line 2 of ${bad}`],
      [["math", join(folder, "none.jsonl")], `Found no file "${join(folder, "none.jsonl")}"`],
      [["math", folder], `Expected "${folder}" to be a file of cases but found a folder`],
      [["math", table()], /^Expected .* to have rows with a verdict \("expected"\) but found no row$/],
      [["math", good, "--tolerance=-1"], 'Expected --tolerance to be a number of at least 0 but found "-1"'],
      [
        ["math", good, "--tolerance", "some"],
        'Expected --tolerance to be a number of at least 0 but found "some"',
      ],
      [["math", good, "--tolerance", ""], 'Expected --tolerance to be a number of at least 0 but found ""'],
      [
        ["math", good, "--url", "http://127.0.0.1:1"],
        "Expected no --url with math: it is for deno task conformance engine",
      ],
      [
        ["engine"],
        "Expected --url with the trainer's address, such as http://127.0.0.1:8000, but found none",
      ],
      [
        ["sampler"],
        "Expected --url with the sampler's address, such as http://127.0.0.1:8001, but found none",
      ],
      [
        ["sampler", "--rank", "8"],
        "Expected no --rank with sampler: it is for deno task conformance engine",
      ],
      [["engine", good], `Expected no file but found ${good}`],
      [["engine", "--rank", "x"], 'Expected --rank to be a number of at least 0 but found "x"'],
      [["engine", "--only", "sped"], /^Expected --only to be one of capabilities, .* but found "sped"$/],
      [["bfcl"], "Expected TRACES.jsonl files but found none"],
      [["bfcl", join(folder, "none.jsonl")], `Found no file "${join(folder, "none.jsonl")}"`],
      [["bfcl", good], `Missing "id" in line 1 of ${good}`],
      [
        ["bfcl", good, "--tolerance", "1"],
        "Expected no --tolerance: the traces of bfcl are compared exactly",
      ],
      [["math", good, "--jsn"], 'Unknown option "--jsn" of deno task conformance (did you mean --json?)'],
    ] as const
  ) {
    const { code, out, error } = await conformance(...words);
    assert.deepEqual({ code, out }, { code: 2, out: "" });
    assert.match(error, /^error: .*\n$/);
    const sentence = error.slice("error: ".length, -1);
    if (typeof message === "string") assert.equal(sentence, message);
    else assert.match(sentence, message);
  }
});

Deno.test("deno task conformance reads a table from any folder, and symbolic answers too", async () => {
  const file = table(
    { gold: "(x+1)^2", pred: "$x^2+2x+1$", expected: true },
    { gold: "(x+1)^2", pred: "$x^2+2x+2$", expected: false },
  );
  const { code, stdout, stderr } = await task("conformance", "math", file, "--json");
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '{"cases":2,"agreement":1,"falseAccepts":0,"falseRejects":0}\n');
});

/** Calls of the calculator with what came of them, the first `wrong` of them with a wrong response. */
function sums(count: number, wrong: number): object {
  return {
    "id": "sums",
    "class": "MathAPI",
    "initial_config_from": "multi_turn_base_0",
    "calls": Array.from({ length: count }, (_, at) => ({ name: "add", args: { a: at, b: 1 } })),
    "responses": Array.from({ length: count }, (_, at) => `{"result": ${at < wrong ? "\u001b[2J" : at + 1}}`),
    "final_state": {},
  };
}

Deno.test("conformance bfcl replays any number of files, and says below 98 % by its exit code", async () => {
  const enough = await conformance("bfcl", table(sums(50, 1)), table(sums(50, 1)));
  assert.equal(enough.code, 0);
  assert.equal(
    enough.out,
    [
      "calls   98 of 100 equal (98.00 %)",
      "states  2 of 2 equal (100.00 %)",
      ...["", ""].flatMap(() => [
        "",
        "sums, turn 0: MathAPI.add(a=0, b=1)",
        '  expected  {"result": ·[2J}',
        '  found     {"result": 1}',
      ]),
      "",
    ].join("\n"),
  );
  const short = await conformance("bfcl", "--json", table(sums(50, 2)));
  assert.deepEqual([short.code, short.out], [
    1,
    '{"calls":50,"callsEqual":48,"states":1,"statesEqual":1}\n',
  ]);
  const stateful = { ...sums(1, 0), "final_state": { memory: 1 } };
  assert.equal((await conformance("bfcl", table(stateful))).code, 1);
});

Deno.test("deno task conformance bfcl replays the shipped probes under its own permissions", async () => {
  const probes = "tests/domains/tool_use/bfcl/traces/probes.jsonl";
  const { code, stdout, stderr } = await task("conformance", "bfcl", "--json", probes);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '{"calls":1908,"callsEqual":1905,"states":159,"statesEqual":156}\n');
});

Deno.test("conformance --help names every option", async () => {
  const { code, out } = await conformance("--help");
  assert.equal(code, 0);
  for (const name of Object.keys(conformanceCommand.options)) assert.ok(out.includes(`--${name}`), name);
});
