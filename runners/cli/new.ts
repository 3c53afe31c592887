import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { type Command, type CommandLine, exitCodes, print } from "./command.ts";
import { fillTemplate } from "./new/fill_template.ts";
import { type NewKind, newKinds, type NewName, parseNewKind, parseNewName } from "./new/names.ts";
import { type Placement, placementOf, usualParent } from "./new/placement.ts";
import { writeWhole } from "./new/write_whole.ts";
import { printable } from "./printable.ts";
import { shellWord } from "./shell_word.ts";

/** `deno task new`: writes a small working plugin or experiment to change into one's own. */
export const newCommand: Command = {
  name: "new",
  summary: "Write a small working domain, curriculum, operator or experiment, to be changed into your own.",
  usage: `${newKinds.join("|")} NAME [options]`,
  options: {
    out: {
      type: "string",
      value: "DIR",
      help: "The folder that it goes into; default plugins, for an experiment experiments",
    },
  },
  examples: [
    "deno task new domain word-chain             # plugins/word_chain/, with a test, a README and an experiment",
    "deno task new curriculum frontier --out my  # my/frontier/",
    "deno task new experiment first-try          # experiments/first_try.ts and its test",
  ],
  run: runNew,
};

async function runNew(line: CommandLine): Promise<number> {
  const [kindWord, nameWord, ...others] = line.words;
  const of = parseNewKind(kindWord);
  const name = parseNewName(nameWord, of, of === "experiment" ? [] : await takenNames());
  if (others.length > 0) {
    throw new UserError(
      `Expected one NAME but found ${others.length + 1}: ${line.words.slice(1).join(", ")}`,
    );
  }
  const placement = placementOf(of, name, readFolder(line));
  await writeWhole(placement, await fillTemplate(of, name, placement));
  print(doneText(of, name, placement));
  return exitCodes.success;
}

/** The folder of `--out`; it comes to stand in comments and in commands. */
function readFolder(line: CommandLine): string | undefined {
  const out = line.value("out");
  if (out === undefined || (out !== "" && !/[\p{C}*`]/u.test(out))) return out;
  throw new UserError(`Expected --out to be the path of a folder but found "${printable(out)}"`);
}

/** What exitlab exports, for experiments and for domains. */
async function takenNames(): Promise<string[]> {
  const modules = [await import("../../mod.ts"), await import("../../lib/domain/mod.ts")];
  return modules.flatMap((module) => Object.keys(module));
}

const fileWords: Readonly<Record<NewKind, string>> = {
  domain: "the domain: options, tasks, prompts, verdicts",
  curriculum: "the curriculum: what is chosen, what is learned",
  operator: "the operator: what it changes",
  experiment: "the experiment: arms, budget, seeds",
};

function doneText(of: NewKind, { file, kind }: NewName, { parent, files }: Placement): string {
  const written = files.map(({ path }) => join(parent, path));
  const said = written.map((path) => [
    path,
    path.endsWith(`${file}.ts`)
      ? fileWords[of]
      : path.endsWith("_test.ts")
      ? "its tests"
      : path.endsWith("README.md")
      ? "what each part is for"
      : "trains it on this machine",
  ]);
  const [main = "", test = ""] = written;
  const experiment = of === "experiment" ? main : join(parent, file, "experiment.ts");
  const name = parent === usualParent(of) ? kind : main;
  const commands = [
    ...of === "experiment" ? [] : [["deno task validate", name, "its contract, without any model"]],
    ["deno test", of === "experiment" ? test : join(parent, file), "its own tests"],
    ["deno task run", experiment, "trains it, in under a minute", " --quick"],
  ].map(([command = "", path = "", note = "", flags = ""]) => [
    `${command} ${shellWord(path)}${flags}`,
    `# ${note}`,
  ]);
  return [
    "Wrote",
    ...columns(said),
    "",
    "It works as it is: change it into your own. Next",
    ...columns(commands),
  ].join("\n");
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([first = ""]) => first.length));
  return rows.map(([first = "", second = ""]) => `  ${first.padEnd(width)}  ${second}`);
}
