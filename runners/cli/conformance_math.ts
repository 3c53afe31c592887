import { UserError } from "../../lib/errors.ts";
import { type Agreement, type Disagreement, measureAgreement, parseAnswerCases } from "./answer_cases.ts";
import { type CommandLine, exitCodes, print } from "./command.ts";
import { printable } from "./printable.ts";
import { readTable } from "./read_cases.ts";
import { SlowProgress } from "./slow_progress.ts";

/**
 * `deno task conformance math`: how the answer checker does on one table of verdicts.
 *
 * @throws {UserError} If the table is none, or there are several.
 */
export async function conformanceMath(line: CommandLine, files: readonly string[]): Promise<number> {
  const [file, ...others] = files;
  if (file === undefined) throw new UserError("Expected a FILE.jsonl of cases but found none");
  if (others.length > 0) {
    throw new UserError(`Expected one FILE.jsonl but found ${files.length}: ${files.join(", ")}`);
  }
  const agreement = await measureMath(line, file);
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
