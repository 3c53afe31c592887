import assert from "node:assert/strict";
import type { Command } from "../../runners/cli/command.ts";
import { parseCommandLine } from "../../runners/cli/command.ts";
import { exists } from "../../lib/exists.ts";
import { docPages } from "./pages.ts";
import { shellCommands } from "./shell_words.ts";
import { pageFiles } from "./page_files.ts";

/** The words of each `deno task` of a page, in its blocks of shell and in its text. */
function taskLines(text: string): string[][] {
  const blocks = Array.from(text.matchAll(/^```(?:sh|bash)\n([\s\S]*?)^```/gm), ([, block = ""]) => block);
  const inline = Array.from(
    text.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`]*)`/g),
    ([, code = ""]) => code.replaceAll(/\s+/g, " "),
  );
  return [...blocks, ...inline].flatMap(shellCommands).flatMap((words) => {
    const at = words.findIndex((word, at) => word === "task" && /^deno(@[\d.]+)?$/.test(words[at - 1] ?? ""));
    return at === -1 ? [] : [words.slice(at + 1)];
  });
}

const pages = await docPages();
const tasks: Readonly<Record<string, { readonly command: string; readonly description?: string }>> =
  JSON.parse(await Deno.readTextFile("deno.json")).tasks;

/** The command behind a task; `undefined` for a task that is none of the command line's. */
async function commandOf(task: string): Promise<Command | undefined> {
  const script = /(?:runners\/cli\/launch\.ts (\w+)|docs\/site\/(build)\.ts)$/.exec(
    tasks[task]?.command ?? "",
  );
  if (script === null) return undefined;
  const module: Readonly<Record<string, unknown>> = script[1] === undefined
    ? await import("../../docs/site/build.ts")
    : await import(`../../runners/cli/${script[1]}.ts`);
  return Object.values(module).find((value): value is Command =>
    typeof value === "object" && value !== null && "name" in value && value.name === task &&
    "options" in value
  );
}

/** Whether words stand for others: `FILE`, `RUN…`, an ellipsis. */
const isPlaceholder = (word: string): boolean => /…|\.\.\.$|^\[|^\|$/.test(word);

Deno.test("every deno task of the documentation exists, with its options", async () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const { path, text } of pages) {
    for (const [name = "", ...rest] of taskLines(text)) {
      // "deno task NAME" stands for any.
      if (/^[A-Z]+$|^$/.test(name) || isPlaceholder(name)) continue;
      seen += 1;
      if (tasks[name] === undefined) {
        wrong.push(`${path}: there is no deno task ${name}`);
        continue;
      }
      const command = await commandOf(name);
      if (command === undefined) continue;
      const takesValue = (word = ""): boolean => command.options[word.replace(/^--/, "")]?.type === "string";
      const words = rest.flatMap((word, at) => {
        if (word === "--help") return [];
        return isPlaceholder(word) ? takesValue(rest[at - 1]) ? ["VALUE"] : [] : [word];
      });
      // A flag of a sentence about it may stand without its value.
      if (words.at(-1)?.startsWith("--") && takesValue(words.at(-1))) words.push("VALUE");
      try {
        parseCommandLine(command, words);
      } catch (error) {
        wrong.push(
          `${path}: deno task ${name} ${rest.join(" ")}: ${error instanceof Error ? error.message : ""}`,
        );
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert(seen > 150, `only ${seen} commands were found`);
});

Deno.test("every option of exitlab-trainer in the documentation is one that it takes", async () => {
  const program = await Deno.readTextFile("runners/tgi/trainer/exitlab_trainer/__main__.py");
  const known = new Set(program.match(/(?<=")--[a-z-]+(?=")/g));
  const commands = pages.flatMap(({ text }) =>
    Array.from(text.matchAll(/^```sh\n([\s\S]*?)^```/gm), ([, block = ""]) => shellCommands(block)).flat()
  );
  const used = commands.filter((words) => words.some((word) => /(^|\/)exitlab-trainer$/.test(word)));
  assert(used.length >= 4);
  for (const words of used) {
    const options = words.slice(words.findIndex((word) => word.endsWith("exitlab-trainer")));
    assert.deepEqual(
      options.filter((word) => word.startsWith("--") && !known.has(word)),
      [],
      words.join(" "),
    );
  }
});

/** Folders of the project, in which a file that a page names has to be. */
const folders = "benchmarks|docs|domains|examples|experiments|lib|notebooks|runners|tests|mine";

Deno.test("every file of the project that the documentation names is there", async () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const { path, text } of pages) {
    const made = taskLines(text).filter(([name, kind]) => name === "new" && kind === "experiment");
    const written = new Set([
      ...pageFiles(text).map((file) => file.path),
      // What the page has its reader make.
      ...made.map(([, , name = ""]) => `experiments/${name.replaceAll("-", "_")}.ts`),
    ]);
    const names = text.matchAll(
      new RegExp(
        `(?<![\\w./-])(?:exitlab/)?((?:${folders})/[\\w./-]+\\.(?:ts|md|sql|py|ipynb|json|parquet|svg))\\b`,
        "g",
      ),
    );
    for (const [, name = ""] of names) {
      seen += 1;
      // A page in docs may name its neighbours from where it stands.
      if (written.has(name) || await exists(name) || await exists(`docs/${name}`)) continue;
      wrong.push(`${path}: there is no ${name}`);
    }
  }
  assert.deepEqual([...new Set(wrong)], []);
  assert(seen > 100, `only ${seen} names were found`);
});

Deno.test("every page that a comment in the source names is there", async () => {
  const wrong: string[] = [];
  const open = ["lib", "domains", "runners", "experiments", "benchmarks"];
  for (const folder of open) {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) open.push(path);
      else if (/\.(ts|py|sql)$/.test(name)) {
        for (const [page] of (await Deno.readTextFile(path)).matchAll(/\bdocs\/[\w/]+\.md\b/g)) {
          if (!await exists(page)) wrong.push(`${path}: there is no ${page}`);
        }
      }
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("every task of deno.json says what it does, and every command is in the README", async () => {
  const readme = await Deno.readTextFile("README.md");
  for (const [name, { description = "" }] of Object.entries(tasks)) {
    assert.notEqual(description, "", `deno task ${name} does not say what it does`);
    const command = await commandOf(name);
    if (command === undefined) continue;
    assert.match(readme, new RegExp(`deno task ${name}\\b`), `the README does not name deno task ${name}`);
  }
});
