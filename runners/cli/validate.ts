import { stripVTControlCharacters } from "node:util";
import { UserError } from "../../lib/errors.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { isBuiltIn } from "./domains.ts";
import { netOption, runOption } from "./experiment_options.ts";
import { pluginAddress } from "./plugin_address.ts";
import { printable } from "./printable.ts";
import { SlowProgress } from "./slow_progress.ts";
import { undeclared, unused, unusedFinding } from "./validate_access.ts";
import { checkApart, type CheckedPart, type CheckSurroundings } from "./validate_process.ts";
import type { ValidateRequest } from "./validate_protocol.ts";
import { checkedText } from "./validate_text.ts";

/** `deno task validate`: holds a domain, curriculum or operator to its contract, without any model. */
export const validateCommand: Command = {
  name: "validate",
  summary:
    "Check a domain, curriculum or operator against its contract, without any model: each finding says what to write.",
  usage: "DOMAIN|FILE [options]",
  options: {
    tasks: {
      type: "string",
      value: "N",
      help: "Tasks of each split; default all (the first 1,024 where there is no end)",
    },
    net: netOption,
    run: runOption,
    read: {
      type: "string",
      multiple: true,
      value: "PATH",
      help: "A file or folder that a domain may read beside its own folder, if it declares it",
    },
    json: { type: "boolean", help: "Print every figure and finding as JSON" },
  },
  examples: [
    "deno task validate math                        # all of GSM8K; also svamp, sudoku, formula, knobs, bfcl, …",
    "deno task validate chess                       # plugins/chess/chess.ts, as deno task new makes it",
    "deno task validate experiments/ladder_math.ts  # each domain of an experiment's arms",
    "deno task validate my_domain.ts --tasks 64     # a file that exports a domain, a curriculum or an operator",
    "deno task validate npm:@someone/chess          # a package",
  ],
  run: runValidate,
};

/** The time without a sign of life after which a part is stopped (milliseconds). */
const patience = 60_000;

/** The same while a part is loaded, which may take packages from elsewhere. */
const loading = 300_000;

async function runValidate(line: CommandLine): Promise<number> {
  const [word, ...others] = line.words;
  if (word === undefined) throw new UserError("Expected a DOMAIN, such as math, but found none");
  if (others.length > 0) {
    throw new UserError(`Expected one DOMAIN but found ${line.words.length}: ${line.words.join(", ")}`);
  }
  const request: ValidateRequest = {
    mark: crypto.randomUUID(),
    word,
    index: 0,
    tasks: readTasks(line.value("tasks")),
    folder: isBuiltIn(word) ? null : pluginAddress(word).folder,
    allowed: { net: line.values("net"), read: line.values("read"), run: line.values("run") },
    withheld: null,
  };
  const json = line.flag("json");
  const bar = new SlowProgress();
  const surroundings: CheckSurroundings = {
    progress: ({ split, played, of }, { name }) =>
      bar.show(`${printable(name, 80)}  ${split}  ${count(played)} of ${count(of)} tasks`),
    output: (text) => printError(printable(stripVTControlCharacters(text))),
    patience,
    loading,
  };
  const checked: CheckedPart[] = [];
  for (let [index, parts] = [0, 1]; index < parts; index++) {
    const part = await checkPart({ ...request, index }, surroundings).finally(() => bar.clear());
    parts = part.part.parts;
    checked.push(part);
    if (!json) print(checkedText(part));
  }
  if (json) print(JSON.stringify(checked.map(checkedJson), null, 2));
  return checked.every(({ findings }) => findings.length === 0) ? exitCodes.success : exitCodes.failure;
}

/** Checks a part, and what it may touch against what it touched. */
async function checkPart(request: ValidateRequest, surroundings: CheckSurroundings): Promise<CheckedPart> {
  const checked = await checkApart(request, surroundings);
  const { part, accesses } = checked;
  const findings = [
    ...checked.findings,
    ...undeclared(part, accesses, request.folder, checked.findings),
  ];
  // What some tasks did not need others may; and where Deno notes nothing at all, nothing is known of what was used.
  if (playedAll(checked) && accesses.length > 0) findings.push(...unused(part, accesses));
  if (findings.length > 0 || !playedAll(checked)) return { ...checked, findings };
  // Programs are in no audit: whether one is needed shows where it is missing, in most cases at the first task.
  for (const program of part.declared.run) {
    const without = { ...request, withheld: program };
    const idle = await isSound({ ...without, tasks: 1 }, surroundings) &&
      await isSound(without, surroundings);
    if (idle) findings.push(unusedFinding("run", program));
  }
  return { ...checked, findings };
}

function playedAll({ splits }: CheckedPart): boolean {
  return Object.values(splits ?? {}).every(({ tasks, size }) => size === null || tasks === size);
}

async function isSound(request: ValidateRequest, surroundings: CheckSurroundings): Promise<boolean> {
  try {
    const { findings } = await checkApart(request, { ...surroundings, output: () => {} });
    return findings.length === 0;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function readTasks(text: string = "all"): number | "all" {
  if (text === "all") return text;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UserError(`Expected --tasks to be a whole number of at least 1, or all, but found "${text}"`);
}

function checkedJson({ part: { name, role, kind, version, declared }, splits, findings }: CheckedPart) {
  return { name, role, kind, version, permissions: declared, splits, findings };
}

function count(amount: number): string {
  return amount.toLocaleString("en");
}
