import { checkPrograms } from "../../lib/domain/check_programs.ts";
import { type Examination, examineDomain, type SplitReport } from "../../lib/domain/conformance.ts";
import type { Finding } from "../../lib/domain/finding.ts";
import { UserError } from "../../lib/errors.ts";
import { formatDuration } from "../../lib/report/duration.ts";
import { type Command, type CommandLine, exitCodes, print } from "./command.ts";
import { loadDomains, type NamedDomain } from "./domains.ts";
import { netOption, runOption } from "./experiment_options.ts";
import { printable } from "./printable.ts";
import { SlowProgress } from "./slow_progress.ts";

/** `deno task validate`: holds a domain to its contract, without any model. */
export const validateCommand: Command = {
  name: "validate",
  summary:
    "Check a domain against its contract, without any model: known-good answers, wrong ones, hostile ones.",
  usage: "DOMAIN [options]",
  options: {
    tasks: {
      type: "string",
      value: "N",
      help: "Tasks of each split; default all (the first 1,024 where there is no end)",
    },
    net: netOption,
    run: runOption,
    json: { type: "boolean", help: "Print every figure and finding as JSON" },
  },
  examples: [
    "deno task validate math                        # all of GSM8K; also svamp, sudoku, formula, knobs, bfcl, …",
    "deno task validate experiments/ladder_math.ts  # each domain of an experiment's arms",
    "deno task validate my_domain.ts --tasks 64     # a file that exports a domain",
  ],
  run: runValidate,
};

/** The most findings that are printed. */
const mostShown = 20;

async function runValidate(line: CommandLine): Promise<number> {
  const [word, ...others] = line.words;
  if (word === undefined) throw new UserError("Expected a DOMAIN, such as math, but found none");
  if (others.length > 0) {
    throw new UserError(`Expected one DOMAIN but found ${line.words.length}: ${line.words.join(", ")}`);
  }
  const tasks = readTasks(line.value("tasks"));
  const json = line.flag("json");
  const progress = new SlowProgress();
  const examined: [NamedDomain, Examination][] = [];
  for (const named of await loadDomains(word)) {
    const { name, domain } = named;
    await checkPrograms(domain);
    const examination = await examineDomain(domain, {
      tasks,
      progress: (split, played, of) => {
        progress.show(`${name}  ${split}  ${count(played)} of ${count(of)} tasks`);
      },
    }).finally(() => progress.clear());
    examined.push([named, examination]);
    if (!json) print(examinationText(name, examination));
  }
  if (json) print(JSON.stringify(examined.map(examinationJson), null, 2));
  const sound = examined.every(([, { findings }]) => findings.length === 0);
  return sound ? exitCodes.success : exitCodes.failure;
}

function readTasks(text: string = "all"): number | "all" {
  if (text === "all") return text;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UserError(`Expected --tasks to be a whole number of at least 1, or all, but found "${text}"`);
}

function examinationJson([{ name, domain }, { splits, findings }]: [NamedDomain, Examination]) {
  return { name, kind: domain.kind, version: domain.version, splits, findings };
}

function examinationText(name: string, { splits, findings }: Examination): string {
  const rows = Object.entries(splits).map(([split, report]) => [split, ...cells(report)]);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return [
    name,
    ...rows.map((row) =>
      `  ${
        row.map((cell, at) => at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)).join(
          "  ",
        )
      }`
    ),
    findings.length === 0 ? `  ${soundText(Object.values(splits))}` : findingsText(findings),
  ].join("\n");
}

function soundText(splits: readonly SplitReport[]): string {
  if (splits.some(({ references }) => references > 0)) return "nothing is wrong";
  return 'nothing is wrong in strange answers; without "reference" no good one was tried';
}

/** A line such as `7,473 tasks  7,473 references score 1  29,892 perturbed answers, 0 count as solved  8 s`. */
function cells(
  { tasks, size, references, referencesRight, perturbed, perturbedSolved, seconds }: SplitReport,
) {
  const of = size === null ? " of a source without end" : size > tasks ? ` of ${count(size)}` : "";
  return [
    `${count(tasks)}${of} tasks`,
    references === 0
      ? "no references"
      : `${referencesRight === references ? "" : `${count(referencesRight)} of `}${
        count(references)
      } references score 1`,
    perturbed === 0
      ? "no perturbed answers"
      : `${count(perturbed)} perturbed answers, ${count(perturbedSolved)} count as solved`,
    seconds < 10 ? `${seconds.toFixed(1)} s` : formatDuration(seconds),
  ];
}

function findingsText(findings: readonly Finding[]): string {
  const shown = findings.slice(0, mostShown).map(({ check, message }) =>
    `    ${check}: ${printable(message, 400)}`
  );
  const rest = findings.length - shown.length;
  return [
    `  ${count(findings.length)} ${findings.length === 1 ? "finding" : "findings"}:`,
    ...shown,
    ...rest > 0 ? [`    and ${count(rest)} more`] : [],
  ].join("\n");
}

function count(amount: number): string {
  return amount.toLocaleString("en");
}
