import type { Message, SandboxLanguage } from "../../lib/domain/mod.ts";
import { predictionForm } from "./competition/check_predictions.ts";
import type { Competition } from "./competition/competition.ts";
import { metrics } from "./competition/metric.ts";
import { submissionForm } from "./competition/read_submission.ts";
import type { ProgramLimits } from "./judge_program.ts";
import { mlkitPrompt } from "./mlkit/prompt.ts";

/** How many lines of a table are shown, and how much of a line. */
const preview = { lines: 4, characters: 400 } as const;

/**
 * The request for a first program.
 *
 * @param language What the program is to be written in.
 * @param limits What it may use.
 */
export function competitionPrompt(
  competition: Competition,
  language: SandboxLanguage,
  limits: ProgramLimits,
): Message[] {
  const { title, description, target, metric, train, test, answers } = competition;
  const direction = metrics[metric].higherIsBetter ? "higher" : "lower";
  const content = `Write a program that learns from one table and predicts a column of another.

# ${title}
${description}

Predict "${target}": for each row of the second table, ${
    predictionForm(competition)
  }. The predictions are scored by ${metric}; ${direction} is better.

# The tables
\`train\`, the rows to learn from, begins with:
${head(train)}

\`test\` has ${answers.length} rows to predict, without "${target}". It begins with:
${head(test)}

# The program
${language === "typescript" ? inTypeScript : inPython(competition)}
It has ${limits.seconds} seconds, ${limits.memory} MiB of memory and one processor; it has no network and reads no other files. Answer with the whole program in one fenced block.`;
  return [{ role: "user", content }];
}

const inTypeScript = `A TypeScript module whose default export is a function:

export default function solve({ train, test }: { train: string; test: string }): unknown[]

It is called with the texts of both CSV files, and returns one prediction for each row of test, in their order. It may import this and nothing else:

${mlkitPrompt}
`;

function inPython(competition: Competition): string {
  return `A Python 3 script that reads input/train.csv and input/test.csv and writes working/submission.csv: ${
    submissionForm(competition)
  }, with a line for each row of test, in their order.`;
}

function head(csv: string): string {
  return csv.split("\n").slice(0, preview.lines).map((line) => {
    const rest = line.length - preview.characters;
    return rest > 0 ? `${line.slice(0, preview.characters)} … (${rest} more characters)` : line;
  }).join("\n");
}
