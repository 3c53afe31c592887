import assert from "node:assert/strict";
import { join } from "node:path";
import { newKinds } from "exitlab/runners/cli/new/names.ts";
import { newCommand } from "../../../runners/cli/new.ts";
import { type Captured, captured } from "../../support/captured.ts";
import { type Outcome, root, task } from "../../support/command_line.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));

const begin = (...words: string[]): Promise<Captured> => captured(newCommand, ...words);

/** Runs a command of Deno. */
async function deno(command: string, ...words: string[]): Promise<Outcome> {
  const args = [command, "--quiet", ...words];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: folder }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Runs a command as a user would. */
async function launched(...words: [string, ...string[]]): Promise<Captured> {
  const { code, stdout, stderr } = await task(...words);
  return { code, out: stdout, error: stderr };
}

const names = async (path: string): Promise<string[]> =>
  (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).toSorted();

/** Names that are as short and as long as can be, and of each form. */
const odd = {
  domain: "a1",
  curriculum: "forty-characters-of-a-name-is-the-most-x",
  operator: "snake_case-and-2-digits",
  experiment: "word-chain",
} as const;

Deno.test("new writes what is formatted, lints, passes its own tests and trains, whatever its name", async () => {
  const own = join(folder, "all");
  for (const kind of newKinds) {
    // Formatting is the launcher's: the longest name shows it.
    const words = [kind, odd[kind], "--out", own];
    const { code, out } = kind === "curriculum" ? await launched("new", ...words) : await begin(...words);
    assert.equal(code, 0, out);
    assert.match(out, /^Wrote\n {2}\/.*\n\nIt works as it is: change it into your own\. Next\n/s);
  }
  assert.deepEqual(await names(own), [
    "a1",
    "forty_characters_of_a_name_is_the_most_x",
    "snake_case_and_2_digits",
    "word_chain.ts",
    "word_chain_test.ts",
  ]);
  assert.deepEqual(await names(join(own, "a1")), ["README.md", "a1.ts", "a1_test.ts", "experiment.ts"]);
  const config = ["--config", join(root, "deno.json")];
  const commands = [
    // What is written is formatted as files are where it is written.
    ["fmt", "--check", join(own, odd.curriculum.replaceAll("-", "_"))],
    ["lint", ...config, own],
    // Types are those of the templates, which are checked where they lie, and of examples/plugin_project.
    ["test", ...config, "--no-prompt", "--no-check", own],
  ] as const;
  for (const [command, ...words] of commands) {
    const { code, stdout, stderr } = await deno(command, ...words);
    assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
  }
  const short = ["budget.tokens=2000", "policy.warmStart.steps=2", "evaluate.tasks=8"];
  const trained = [
    ["a1/experiment.ts", "exit"],
    ["forty_characters_of_a_name_is_the_most_x/experiment.ts", "mine"],
    ["snake_case_and_2_digits/experiment.ts", "mine"],
    ["word_chain.ts", "exit"],
  ] as const;
  for (const [path, arm] of trained) {
    const words = ["--quick", "--arm", arm, ...short.flatMap((set) => ["--set", set])];
    const run = await task("run", join(own, path), ...words, "--runs", join(folder, "runs"));
    assert.equal(run.code, 0, run.stderr);
  }
});

Deno.test("new leaves no word of the template, and names its own files and commands", async () => {
  const own = join(folder, "own place");
  for (const kind of newKinds) assert.equal((await begin(kind, `my-${kind}`, "--out", own)).code, 0);
  for (const kind of ["domain", "curriculum", "operator"]) {
    for (const name of await names(join(own, `my_${kind}`))) {
      const text = await Deno.readTextFile(join(own, `my_${kind}`, name));
      assert.doesNotMatch(text, /example.?name|plugins\//i);
    }
    const readme = await Deno.readTextFile(join(own, `my_${kind}/README.md`));
    assert.ok(readme.includes(`deno test '${own}/my_${kind}' `), readme);
    assert.ok(readme.startsWith(`# my-${kind}\n`));
  }
  assert.doesNotMatch(await Deno.readTextFile(join(own, "my_experiment.ts")), /example.?name|experiments\//i);
});

Deno.test("new says what it wrote and what to type next", async () => {
  const own = join(folder, "said");
  const { out } = await begin("domain", "chess", "--out", own);
  const said = `Wrote
  OUT/chess.ts       the domain: options, tasks, prompts, verdicts
  OUT/chess_test.ts  its tests
  OUT/README.md      what each part is for
  OUT/experiment.ts  trains it on this machine

It works as it is: change it into your own. Next
  deno task validate OUT/chess.ts         # its contract, without any model
  deno test OUT                           # its own tests
  deno task run OUT/experiment.ts --quick # trains it, in under a minute
`;
  const narrow = (text: string): string =>
    text.replaceAll(/ +#/g, " #").replaceAll(join(own, "chess"), "OUT");
  assert.equal(narrow(out), narrow(said));
});

Deno.test("new overwrites nothing, and writes all or nothing", async () => {
  const own = join(folder, "kept");
  await Deno.mkdir(join(own, "chess"), { recursive: true });
  await Deno.writeTextFile(join(own, "go_test.ts"), "mine");
  const there = /^error: Cannot write .*\/(chess|go_test\.ts): it is there already; take another NAME/;
  for (const words of [["domain", "chess"], ["experiment", "go"]]) {
    const { code, error } = await begin(...words, "--out", own);
    assert.equal(code, 2);
    assert.match(error, there);
  }
  assert.deepEqual(await names(own), ["chess", "go_test.ts"]);
  assert.equal(await Deno.readTextFile(join(own, "go_test.ts")), "mine");
  const inFile = await begin("domain", "chess", "--out", join(own, "go_test.ts"));
  assert.deepEqual([inFile.code, inFile.error], [
    2,
    `error: Expected "${own}/go_test.ts" to be a folder, or not there yet, but found a file\n`,
  ]);
});

Deno.test("new refuses what is no kind, no name or no folder, each with one sentence", async () => {
  const long = "a".repeat(41);
  const refusals: readonly (readonly [words: readonly string[], message: string])[] = [
    [[], "Expected domain, curriculum, operator or experiment and a NAME but found nothing"],
    [
      ["domian", "a"],
      'Expected domain, curriculum, operator or experiment but found "domian" (did you mean "domain"?)',
    ],
    [["chess"], 'Expected domain, curriculum, operator or experiment but found "chess"'],
    [["domain"], "Expected a NAME for the domain, such as word-chain, but found none"],
    [["domain", "chess", "go"], "Expected one NAME but found 2: chess, go"],
    [
      ["domain", "wordChain"],
      'Expected NAME to be of small letters, digits and single dashes, a letter first, but found "wordChain" (did you mean "word-chain"?)',
    ],
    [
      ["domain", "ü ß"],
      'Expected NAME to be of small letters, digits and single dashes, a letter first, but found "ü ß"',
    ],
    [
      ["domain", "Größe"],
      'Expected NAME to be of small letters, digits and single dashes, a letter first, but found "Größe"',
    ],
    [
      ["domain", "Café"],
      'Expected NAME to be of small letters, digits and single dashes, a letter first, but found "Café" (did you mean "cafe"?)',
    ],
    [["domain", long], `Expected NAME to have 2 to 40 characters but found 41: "${long}"`],
    [["domain", "a"], 'Expected NAME to have 2 to 40 characters but found 1: "a"'],
    [["operator", "new"], 'Cannot name an operator "new": TypeScript keeps the word; try my-new'],
    [["domain", "sudoku"], 'Cannot name a domain "sudoku": exitlab has sudoku already; try my-sudoku'],
    [
      ["domain", "tiny-files"],
      'Cannot name a domain "tiny-files": exitlab has tinyFiles already; try my-tiny-files',
    ],
    [["curriculum", "exit"], 'Cannot name a curriculum "exit": exitlab has exit already; try my-exit'],
    [
      ["domain", "experiment"],
      'Cannot name a domain "experiment": its files use the word for something else; try my-experiment',
    ],
    [
      ["operator", "custom-check"],
      'Cannot name an operator "custom-check": "custom-" is for the modes of operators; leave it out',
    ],
    [
      ["domain", "unit-test"],
      'Cannot name a domain "unit-test": files that end in _test are its tests; leave "test" out',
    ],
    [["domain", "chess", "--out", "a*/b"], 'Expected --out to be the path of a folder but found "a*/b"'],
    ...["../chess", "a/b", ".", "chess.ts", "a\\b"].map((path): readonly [readonly string[], string] => [
      ["domain", path],
      `Expected NAME to be a word such as word-chain but found the path "${path}"; name its folder with --out`,
    ]),
  ];
  for (const [words, message] of refusals) {
    const { code, error } = await begin(...words);
    assert.deepEqual([code, error], [2, `error: ${message}\n`]);
  }
});

Deno.test("a new curriculum is of at most 40 lines", async () => {
  const own = join(folder, "short");
  await begin("curriculum", "frontier", "--out", own);
  const text = await Deno.readTextFile(join(own, "frontier/frontier.ts"));
  const curriculum = /^export const frontier.*?^\s*}\);$/ms.exec(text)?.[0] ?? assert.fail(text);
  const lines = curriculum.split("\n").filter((line) => !/^\s*\/\//.test(line));
  assert.ok(lines.length > 20 && lines.length <= 40, `${lines.length}`);
});
