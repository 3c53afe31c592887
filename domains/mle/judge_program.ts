import { fileURLToPath } from "node:url";
import type {
  SandboxKit,
  SandboxLanguage,
  SandboxLimits,
  SandboxPool,
  SandboxReport,
  Verdict,
} from "../../lib/domain/mod.ts";
import type { Competition } from "./competition/competition.ts";
import { readSubmission } from "./competition/read_submission.ts";
import { metrics } from "./competition/metric.ts";
import { type Scored, scorePredictions } from "./competition/score_predictions.ts";
import { failedVerdict, failureText } from "./failed_program.ts";

/** What a program may import. */
const mlkit: SandboxKit = {
  name: "mlkit",
  folder: fileURLToPath(new URL("./mlkit", import.meta.url)).replace(/\/$/, ""),
  main: "mod.ts",
};

/** What a program may use. */
export type ProgramLimits = Pick<SandboxLimits, "seconds" | "memory">;

/** What came of a program, and what it is worth. */
export interface JudgedProgram {
  /** How it ran. */
  readonly report: SandboxReport;
  /** What its predictions are worth; those of a program that gave none are not `ok`. */
  readonly scored: Scored;
  /** The test score as quality, the validation score as reward. */
  readonly verdict: Verdict;
  /** What its author is told: the validation score, or what went wrong. Nothing of the test score. */
  readonly feedback: string;
}

/**
 * Runs a program on a competition's tables and scores what it predicts. The program gets the table to learn from and the
 * rows to predict; true values stay here.
 *
 * @throws {UserError} If this machine has nothing to hold such a program with.
 */
export async function judgeProgram(
  pool: SandboxPool,
  competition: Competition,
  program: { readonly language: SandboxLanguage; readonly code: string },
  limits: ProgramLimits,
): Promise<JudgedProgram> {
  const report = await pool.run({
    ...program,
    files: { train: competition.train, test: competition.test },
    limits: { ...limits, cpuSeconds: limits.seconds },
    ...(program.language === "typescript" ? { kit: mlkit } : {}),
  });
  const scored = scoreOf(competition, program.language, report);
  if (!scored.ok) {
    return { report, scored, verdict: failedVerdict, feedback: failureText(scored.message, report) };
  }
  const { quality, reward } = scored;
  return {
    report,
    scored,
    verdict: { quality, solved: quality === 1, reward },
    feedback: scoreText(competition, scored.validation),
  };
}

function scoreOf(competition: Competition, language: SandboxLanguage, report: SandboxReport): Scored {
  if (report.outcome !== "done") return { ok: false, message: report.message };
  if (language === "typescript") return scorePredictions(competition, report.value);
  const submission = readSubmission(competition, typeof report.value === "string" ? report.value : null);
  return submission.ok ? scorePredictions(competition, submission.predictions) : submission;
}

function scoreText({ metric, dummy, best }: Competition, validation: number): string {
  const [score, least, most] = [validation, dummy.validation, best.validation].map(figure);
  const direction = metrics[metric].higherIsBetter ? "higher" : "lower";
  return `Validation ${metric}: ${score} (${direction} is better; a constant scores ${least}, the best known ${most}).`;
}

/** Four significant digits. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
