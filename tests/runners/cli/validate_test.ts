import assert from "node:assert/strict";
import { join } from "node:path";
import { validateCommand } from "../../../runners/cli/validate.ts";
import { type Captured, captured } from "../../support/captured.ts";
import { domainFiles } from "../../support/domain_files.ts";
import { task } from "../../support/command_line.ts";

const module = (path: string): string => new URL(`../../../${path}`, import.meta.url).href;
const validate = (...words: string[]): Promise<Captured> => captured(validateCommand, ...words);

const { digitsWith, fileWith, folder } = domainFiles();

Deno.test("validate plays all tasks of a built-in domain and finds nothing wrong", async () => {
  const { code, out } = await validate("sudoku");
  assert.equal(code, 0);
  const line =
    "256 tasks {2}256 references score 1 {2}no perturbed answers {2,}[\\d,]+ steps a second {2}\\d+\\.\\d s";
  assert.match(
    out,
    new RegExp(`^sudoku\\n {2}train {2}${line}\\n {2}test {3}${line}\\n {2}nothing is wrong\\n$`),
  );
});

Deno.test("validate counts wrong answers, and says of how many tasks it took some", async () => {
  const { code, out } = await validate(digitsWith(""), "--tasks", "12");
  assert.equal(code, 0, out);
  assert.match(
    out,
    /^digits\n {2}train {2}12 of 50 tasks {2}12 references score 1 {2}24 perturbed answers, 0 count as solved {2}/,
  );
});

Deno.test("validate names what is wrong and what to write, the first of each kind, and exits with 1", async () => {
  const { code, out } = await validate(digitsWith(`
    reference: ({ answer }) => [answer === "1" ? "2" : answer],
    perturbed: ({ answer }) => [answer, "5"],`));
  assert.equal(code, 1);
  assert.match(
    out,
    /\n {2}train {2}50 tasks {2}37 of 50 references score 1 {2}100 perturbed answers, 50 count as solved {2}/,
  );
  // Each of 26 tasks has a reference of quality 0 that does not solve it; each of 100 a wrong answer that does.
  assert.match(
    out,
    /\n {2}152 findings:\n(?: {4}reference: .*\n {6}→ .*\n){3} {4}and 49 more of "reference"\n(?: {4}perturbed: .*\n {6}→ .*\n){3} {4}and 97 more of "perturbed"\n$/,
  );
  assert.match(
    out,
    /\n {4}reference: Task "train-0" gives its reference a quality of 0 in turn 0, not 1\n {6}→ Let reference\(\) give the best response there is/,
  );
  assert.match(out, /\n {4}perturbed: Task "train-1" counts "2" as solved, which is wrong\n/);
});

Deno.test("validate shows no control characters of what a domain says", async () => {
  const { out } = await validate(digitsWith(`step: () => { throw new Error("\\x1b[2Jgone\\nnext"); },`));
  assert.match(out, /threw "·\[2Jgone·next"/);
});

Deno.test("validate --json tells every figure and every finding", async () => {
  const file = digitsWith(`perturbed: ({ answer }) => [answer],`);
  const { code, out } = await validate(file, "--json");
  assert.equal(code, 1);
  const [{ splits, findings, ...rest }, ...others] = JSON.parse(out);
  const permissions = { net: [], read: [], run: [] };
  assert.deepEqual(rest, { name: "digits", role: "domain", kind: "digits", version: "1", permissions });
  assert.deepEqual(others, []);
  const { seconds, milliseconds, steps, ...train } = splits.train;
  for (const figure of [seconds, milliseconds, steps]) assert.equal(typeof figure, "number");
  const references = { references: 50, referencesRight: 50 };
  assert.deepEqual(train, { tasks: 50, size: 50, ...references, perturbed: 50, perturbedSolved: 50 });
  assert.equal(findings.length, 100);
  assert.deepEqual(Object.keys(findings[0]), ["check", "message", "fix"]);
});

Deno.test("validate takes each domain of an experiment's arms once", async () => {
  const file = fileWith(`
    import { compare, exit, grpo, hub, improve, knobs, sudoku, uniform } from "${module("mod.ts")}";
    const policy = hub("org/model");
    const small = { trainingTasks: 3, testTasks: 3 };
    export default compare({
      name: "several",
      base: { domain: sudoku(small), policy, objective: grpo(), curriculum: uniform(), budget: { tokens: 10 } },
      arms: {
        plain: {},
        same: { domain: sudoku(small), curriculum: exit(), operators: [improve()] },
        other: { domain: sudoku({ ...small, feedback: true }) },
        a: { domain: knobs(small) }, b: { domain: knobs(small) }, c: { domain: knobs(small) },
        d: { domain: knobs(small) }, e: { domain: knobs(small) }, f: { domain: knobs(small) },
      },
    });`);
  const { code, out } = await validate(file);
  assert.equal(code, 0, out);
  assert.deepEqual(out.match(/^\S.*$/gm), [
    "sudoku (arms plain, same)",
    "sudoku (arm other)",
    "knobs (arms a, b, c, d and 2 more)",
  ]);
  assert.match((await validate("experiments/exit_math.ts", "--tasks", "2")).out, /^sudoku\n/);
});

Deno.test("validate answers mistakes with one sentence and exit code 2", async () => {
  const broken = fileWith("export default { part: 'domain' };");
  const named = fileWith("export const domain = 1;");
  const digits = module("tests/support/digit_domain.ts");
  const factory = fileWith(`export { digits as default } from "${digits}";`);
  const unnamed = fileWith(`import { digits } from "${digits}"; export const mine = digits();`);
  const greedy = digitsWith(`permissions: { run: ["npx"], net: ["example.com:443"], read: ["/data"] },`);
  for (
    const [words, message] of [
      [[], "Expected a DOMAIN, such as math, but found none"],
      [["sudoku", "knobs"], "Expected one DOMAIN but found 2: sudoku, knobs"],
      [["sudku"], /^Expected DOMAIN to be .* but found "sudku" \(did you mean "sudoku"\?\)$/],
      [
        ["__proto__"],
        /^Expected DOMAIN to be .*knobs, bfcl, tiny-files, a plugin in plugins\/__proto__\/.* or a file .* but found "__proto__"$/,
      ],
      [["nowhere/domain.ts"], /^Cannot find the file "nowhere\/domain\.ts" \(looked in /],
      [[folder], /^Expected ".*" to be a file but found a folder$/],
      [
        [broken],
        /^Expected the default export of .* to be a domain such as sudoku\(\), a curriculum, an operator or an experiment but found another object$/,
      ],
      [[named], /but found none$/],
      [[factory], /but found a function \(call it, as in export default sudoku\(\);\)$/],
      [[unnamed], /but found none \(write export default mine;\)$/],
      [[greedy], /^Domain "digits" calls example\.com:443, and may not; add --net example\.com:443$/],
      [[greedy, "--net", "example.com"], /^Domain "digits" reads \/data, and may not; add --read \/data$/],
      [
        [greedy, "--net", "example.com", "--read", "/data"],
        /^Domain "digits" starts npx, and may not; add --run npx$/,
      ],
      [
        ["sudoku", "--net", "http://x"],
        /^Expected --net to be a host such as localhost:8080 but found "http:/,
      ],
      [[fileWith("null.x;")], /^Cannot load .*: Cannot read properties of null/],
      [
        ["sudoku", "--tasks", "0"],
        'Expected --tasks to be a whole number of at least 1, or all, but found "0"',
      ],
      [["sudoku", "--tasks", "some"], /but found "some"$/],
      [["sudoku", "--task", "3"], 'Unknown option "--task" of deno task validate (did you mean --tasks?)'],
    ] as const
  ) {
    const { code, out, error } = await validate(...words);
    assert.deepEqual({ code, out }, { code: 2, out: "" });
    assert.match(error, /^error: .*\n$/);
    const sentence = error.slice("error: ".length, -1);
    if (typeof message === "string") assert.equal(sentence, message);
    else assert.match(sentence, message);
  }
});

Deno.test("deno task validate may read the folder of the file, and no other", async () => {
  const { code, stdout, stderr } = await task("validate", digitsWith(""), "--tasks", "2");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^digits\n {2}train {2}2 of 50 tasks/);
  const secret = fileWith("", ".txt");
  const nested = join(folder, "nested");
  await Deno.mkdir(nested);
  await Deno.writeTextFile(join(nested, "nosy.ts"), `Deno.readTextFileSync("${secret}"); export default 1;`);
  const refused = await task("validate", join(nested, "nosy.ts"));
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /^error: Cannot load .*nosy\.ts: it reads or imports .*\.txt"?, which lies neither/m,
  );
});

Deno.test("deno task validate math scores all of GSM8K's references 1, and solves no perturbed answer", async () => {
  const { code, stdout, stderr } = await task("validate", "math", "--json");
  assert.equal(code, 0, stderr);
  const [{ splits, findings }] = JSON.parse(stdout);
  assert.deepEqual(findings, []);
  for (const [split, tasks] of [["train", 7473], ["test", 1319]] as const) {
    const { seconds: _, steps, milliseconds, perturbed, ...counts } = splits[split];
    assert.ok(steps > 2 * tasks && milliseconds > 0);
    const size = tasks;
    assert.deepEqual(counts, { tasks, size, references: tasks, referencesRight: tasks, perturbedSolved: 0 });
    assert.ok(perturbed > 3.9 * tasks, String(perturbed));
  }
});

Deno.test("validate svamp finds nothing wrong", async () => {
  const { code, out } = await validate("svamp");
  assert.equal(code, 0, out);
  assert.match(
    out,
    /^svamp\n {2}train {2}700 tasks {2}700 references score 1 {2}2,\d{3} perturbed answers, 0 count/,
  );
});

Deno.test("validate catches answer checkers that are too kind, and those that are too strict", async () => {
  for (
    const [equal, found] of [
      [
        true,
        /\n {2}test {3}8 of 1,319 tasks {2}8 references score 1 {2}32 perturbed answers, 32 count as solved /,
      ],
      [
        false,
        /\n {2}test {3}8 of 1,319 tasks {2}0 of 8 references score 1 {2}32 perturbed answers, 0 count as solved /,
      ],
    ] as const
  ) {
    const file = fileWith(`
      import { gsm8k, math } from "${module("mod.ts")}";
      const check = () => Promise.resolve({ equal: ${equal}, reason: "", answer: null });
      export default math({ source: gsm8k() }, { checker: { check, close: () => {} } });`);
    const { code, out } = await validate(file, "--tasks", "8");
    assert.equal(code, 1);
    assert.match(out, found);
  }
});

Deno.test("validate --help names every option", async () => {
  const { code, out } = await validate("--help");
  assert.equal(code, 0);
  for (const name of Object.keys(validateCommand.options)) assert.ok(out.includes(`--${name}`), name);
});

Deno.test("validate checks the curriculum or operator of a file", async () => {
  const good = fileWith(`
    import { diverge } from "${module("mod.ts")}"; export default diverge({ probability: 0.5 });`);
  assert.equal((await validate(good)).out, "diverge (operator)\n  nothing is wrong\n");
  const forgetful = fileWith(`
    import { uniform } from "${module("mod.ts")}";
    const sound = uniform();
    export default { ...sound, create: (given) => ({ ...parts(sound.create(given)), state: () => NaN }) };
    function parts(made) {
      return {
        next: (count) => made.next(count), observe: (outcomes) => made.observe(outcomes), space: () => made.space(),
        restore: (state) => made.restore(state), metrics: () => made.metrics(),
      };
    }`);
  const { code, out } = await validate(forgetful);
  assert.equal(code, 1, out);
  assert.match(out, /^uniform \(curriculum\)\n {2}\d+ findings:\n/);
  assert.match(out, /\n {4}(\w| )+: .*\n {6}→ .*\n/);
  const json = JSON.parse((await validate(good, "--json")).out);
  assert.deepEqual([json[0].role, json[0].splits, json[0].findings], ["operator", null, []]);
});

Deno.test("validate finds a plugin by its name", async () => {
  await Deno.mkdir("plugins/validate_test_digits", { recursive: true });
  try {
    await Deno.copyFile(digitsWith(""), "plugins/validate_test_digits/validate_test_digits.ts");
    const { code, out } = await validate("validate-test-digits", "--tasks", "2");
    assert.equal(code, 0, out);
    assert.match(out, /^digits\n/);
  } finally {
    await Deno.remove("plugins/validate_test_digits", { recursive: true });
  }
});
