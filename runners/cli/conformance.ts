import { UserError } from "../../lib/errors.ts";
import { type Agreement, type Disagreement, measureAgreement, parseAnswerCases } from "./answer_cases.ts";
import { type Command, type CommandLine, exitCodes, print } from "./command.ts";
import { printable } from "./printable.ts";
import { SlowProgress } from "./slow_progress.ts";

/** What can be measured, by the first word of the command line; each is loaded when it is called for. */
const subjects: ReadonlyMap<string, (line: CommandLine, file: string) => Promise<Agreement>> = new Map([
  ["math", measureMath],
]);

/** `deno task conformance`: how well a judge agrees with a table of verdicts. */
export const conformanceCommand: Command = {
  name: "conformance",
  summary: "Measure how well a domain's judge agrees with a table of verdicts.",
  usage: `${[...subjects.keys()].join("|")} FILE.jsonl [options]`,
  options: {
    json: { type: "boolean", help: "Print cases, agreement, false accepts and false rejects as JSON" },
    tolerance: {
      type: "string",
      value: "X",
      help: "How far numbers may be off, absolutely, in rows that do not say; default 0",
    },
  },
  examples: [
    "deno task conformance math tests/domains/math/answer/cases/equivalence-cases.jsonl",
    'deno task conformance math my_cases.jsonl --json   # each line {"gold": "1/2", "pred": "0.5", "expected": true}',
  ],
  run: runConformance,
};

async function runConformance(line: CommandLine): Promise<number> {
  const [subject, file, ...others] = line.words;
  const measure = subject === undefined ? undefined : subjects.get(subject);
  if (measure === undefined) {
    throw new UserError(
      `Expected ${[...subjects.keys()].join(" or ")} and a FILE.jsonl but found ${
        subject === undefined ? "none" : `"${subject}"`
      }`,
    );
  }
  if (file === undefined) throw new UserError("Expected a FILE.jsonl of cases but found none");
  if (others.length > 0) {
    throw new UserError(
      `Expected one FILE.jsonl but found ${others.length + 1}: ${[file, ...others].join(", ")}`,
    );
  }
  const agreement = await measure(line, file);
  print(line.flag("json") ? agreementJson(agreement) : agreementText(agreement));
  return exitCodes.success;
}

async function measureMath(line: CommandLine, file: string): Promise<Agreement> {
  const tolerance = readTolerance(line.value("tolerance"));
  const cases = parseAnswerCases(await readTable(file), file);
  const { answerChecker } = await import("../../domains/math/answer/check_answers.ts");
  const checker = answerChecker();
  const progress = new SlowProgress();
  try {
    return await measureAgreement(checker, cases, tolerance, (checked) => {
      progress.show(`${checked.toLocaleString("en")} of ${cases.length.toLocaleString("en")} cases`);
    });
  } finally {
    progress.clear();
    checker.close();
  }
}

function readTolerance(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new UserError(`Expected --tolerance to be a number of at least 0 but found "${text}"`);
}

async function readTable(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UserError(`Found no file "${file}"`);
    if (error instanceof Deno.errors.IsADirectory) {
      throw new UserError(`Expected "${file}" to be a file of cases but found a folder`);
    }
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
      throw new UserError(`No permission to read "${file}"`);
    }
    throw error;
  }
}

function share({ cases, disagreements }: Agreement): number {
  return (cases - disagreements.length) / cases;
}

function agreementJson(agreement: Agreement): string {
  const { cases, falseAccepts, falseRejects } = agreement;
  return JSON.stringify({ cases, agreement: share(agreement), falseAccepts, falseRejects });
}

function agreementText(agreement: Agreement): string {
  const { cases, falseAccepts, falseRejects, disagreements } = agreement;
  // Never rounded up: 100 % means all.
  const percent = (Math.floor(share(agreement) * 10_000) / 100).toFixed(2);
  const count = (amount: number): string => amount.toLocaleString("en");
  return [
    `cases          ${count(cases)}`,
    `agreement      ${percent} %`,
    `false accepts  ${count(falseAccepts)}`,
    `false rejects  ${count(falseRejects)}`,
    ...disagreements.flatMap((each) => ["", ...disagreementLines(each)]),
  ].join("\n");
}

/** The most characters of an answer that are shown. */
const mostShown = 100;

function disagreementLines({ line, gold, pred, expected, reason }: Disagreement): string[] {
  // The end of a response is where its answer stands.
  const end = pred.length > mostShown ? `…${pred.slice(1 - mostShown)}` : pred;
  const [wanted, found] = expected === true ? ["equal", "different"] : ["different", "equal"];
  return [
    `line ${line}: expected ${wanted}, found ${found} (${printable(reason, mostShown)})`,
    `  gold  ${printable(gold, mostShown)}`,
    `  pred  ${printable(end)}`,
  ];
}
