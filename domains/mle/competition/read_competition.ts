import { basename, join, resolve } from "node:path";
import { UserError } from "../../../lib/domain/mod.ts";
import { writeCsv } from "../mlkit/csv.ts";
import { checkFolder, hasEntry, readFileOf, readTableOf } from "./competition_folder.ts";
import { type CompetitionFile, parseCompetitionFile } from "./competition_file.ts";
import type { Answer, Competition, HiddenPart, MedalScores, Scores } from "./competition.ts";
import { dummyScores } from "./dummy.ts";
import { medalsFrom } from "./medals.ts";
import { isBetter, metrics, perfectScore } from "./metric.ts";
import type { ScoringRules } from "./score_predictions.ts";
import { hiddenHalves, splitTable } from "./split_table.ts";
import { answersOf, type NamedTable, shown, type Target, targetOf } from "./target_column.ts";

/** The fewest rows to learn from. */
const leastTrain = 10;

/** The fewest rows of a hidden half. */
const leastHidden = 5;

/** What a program learns from, what it predicts, and the halves of the latter. */
interface Tables {
  readonly train: NamedTable;
  readonly hidden: NamedTable;
  readonly parts: readonly HiddenPart[];
  /** What decided the parts, for messages. */
  readonly by: string;
}

/** The most characters of a description: it stands in every prompt. */
const longestDescription = 20_000;

/**
 * Reads a competition from a folder of its own, whose name is its id:
 *
 * - `competition.json`: `title`; `metric`; `target`, the column to predict; `positive`, the class that is asked for,
 *   and `classes`, their order, where classes are predicted; `split`; `best`, a score that counts as 1, or one for each
 *   half: `{ "validation": …, "test": … }`; `dummy`, the same for 0, by default what the best constant scores (or the last
 *   known number where the split is by time); `leaderboard`, test scores that decide the medals, or `medals` themselves.
 * - `description.md`: what the columns are, for the prompt.
 * - `table.csv`, whose rows are split by `{ "rule": "hash", "train": 0.6, "validation": 0.2, "test": 0.2 }` (the
 *   default) or, the last ones being hidden, by `{ "rule": "time", "validation": rows, "test": rows }`; or else `train.csv` and
 *   `test.csv`, both with the target, whose test rows are halved by hash.
 *
 * Links are refused. Other files are not read.
 *
 * @throws {UserError} If a file is missing or wrong, with the file and the key.
 *
 * @example
 * ```ts
 * import { readCompetition } from "exitlab/domains/mle/competition/read_competition.ts";
 * import assert from "node:assert/strict";
 *
 * const competition = readCompetition("domains/mle/competitions/penguin-sex");
 * assert.equal(competition.metric, "log-loss");
 * assert.equal(competition.test.includes("sex"), false);
 * assert.throws(() => readCompetition("domains/mle/competitions/penguin"), /Cannot find the competition/);
 * ```
 */
export function readCompetition(folder: string): Competition {
  checkFolder(folder);
  const id = basename(resolve(folder));
  if (!/^[A-Za-z0-9-]+$/.test(id)) {
    throw new UserError(
      `Expected the competition's folder to be named by letters, digits and dashes but found "${id}"`,
    );
  }
  const path = join(folder, "competition.json");
  const file = parseCompetitionFile(readFileOf(folder, "competition.json"), path);
  const description = readFileOf(folder, "description.md").trim();
  if (description === "") {
    throw new UserError(
      `Expected "${join(folder, "description.md")}" to say what the columns are but it is empty`,
    );
  }
  if (description.length > longestDescription) {
    throw new UserError(
      `Expected "${
        join(folder, "description.md")
      }" to have at most ${longestDescription} characters but it has ${description.length}`,
    );
  }
  const { train, hidden, parts, by } = tablesOf(folder, id, file);
  const known = answersOf(train, file);
  const answers = answersOf(hidden, file);
  const target = targetOf([...known, ...answers], file, path);
  const rules = { metric: file.metric, ...target, answers, parts };
  checkParts(known, rules, file.target, by);
  const dummy = file.dummy ?? dummyScores(known, rules, file.split?.rule === "time");
  checkBest(file, dummy, path);
  return {
    id,
    title: file.title,
    description,
    target: file.target,
    ...rules,
    train: writeCsv(train.table),
    test: writeCsv(hidden.table.without(file.target)),
    dummy,
    best: file.best,
    medals: medalsOf(file, path),
  };
}

function tablesOf(folder: string, id: string, file: CompetitionFile): Tables {
  const [isWhole, isSplit] = ["table.csv", "train.csv"].map((name) => hasEntry(folder, name));
  if (isWhole && isSplit) {
    throw new UserError(`Expected "table.csv" or "train.csv" but found both in the competition "${folder}"`);
  }
  if (!isSplit) {
    const whole = readTableOf(folder, "table.csv", file.target);
    // checked before the split, as a message names a row by its place in the file
    answersOf(whole, file);
    const { table, path } = whole;
    const { train, hidden, parts } = splitTable(
      id,
      table,
      file.split ?? { rule: "hash", train: 0.6, validation: 0.2, test: 0.2 },
    );
    const by = `by "split" in "${join(folder, "competition.json")}"`;
    return { train: { path, table: train }, hidden: { path, table: hidden }, parts, by };
  }
  if (file.split !== undefined) {
    throw new UserError(
      `Expected no "split" beside "train.csv" but found one in "${join(folder, "competition.json")}"`,
    );
  }
  const train = readTableOf(folder, "train.csv", file.target);
  const hidden = readTableOf(folder, "test.csv", file.target);
  const names = (table: NamedTable): string => table.table.names.toSorted().join();
  if (names(train) !== names(hidden)) {
    throw new UserError(`Expected the same columns in "${train.path}" and "${hidden.path}" but they differ`);
  }
  const by = `in "${train.path}" and "${hidden.path}"`;
  return { train, hidden, parts: hiddenHalves(id, hidden.table.rows), by };
}

/** Every part needs rows enough, and values that differ as far as the metric needs it. */
function checkParts(
  known: readonly Answer[],
  rules: ScoringRules & Target,
  target: string,
  by: string,
): void {
  const hiddenOf = (part: HiddenPart): Answer[] =>
    rules.answers.filter((_, row) => rules.parts[row] === part);
  const parts = [
    { name: "to learn from", answers: known, least: leastTrain },
    { name: "of the validation half", answers: hiddenOf("validation"), least: leastHidden },
    { name: "of the test half", answers: hiddenOf("test"), least: leastHidden },
  ];
  for (const { name, answers, least } of parts) {
    if (answers.length < least) {
      throw new UserError(
        `Expected at least ${least} rows ${name} but found ${answers.length} ${by}`,
      );
    }
    const values = new Set(answers);
    if (values.size < 2) {
      throw new UserError(
        `Expected the column "${target}" to differ between the rows ${name} but all have ${
          shown([...values][0])
        } ${by}`,
      );
    }
  }
  const absent = rules.classes?.find((name) => !known.includes(name));
  if (absent !== undefined) {
    throw new UserError(
      `Expected every class among the rows to learn from but ${shown(absent)} is not ${by}`,
    );
  }
}

function checkBest({ metric, best, target }: CompetitionFile, dummy: Scores, path: string): void {
  const side = metrics[metric].higherIsBetter ? "above" : "below";
  const perfect = perfectScore(metric);
  for (const part of ["validation", "test"] as const) {
    const score = best[part];
    if (isBetter(metric, score, perfect)) {
      throw new UserError(
        `Expected "best.${part}" not to be ${side} ${perfect}, the perfect ${metric}, but found ${score} in "${path}"`,
      );
    }
    if (!isBetter(metric, score, dummy[part])) {
      throw new UserError(
        `Expected "best.${part}" to be ${side} ${
          dummy[part]
        }, which predicting "${target}" without a model scores, but found ${score} in "${path}"`,
      );
    }
  }
}

function medalsOf({ metric, leaderboard, medals }: CompetitionFile, path: string): MedalScores | null {
  if (leaderboard !== undefined) {
    const scores = leaderboard.map((entry) => typeof entry === "number" ? entry : entry.test);
    return medalsFrom(scores, metrics[metric].higherIsBetter);
  }
  if (medals === undefined) return null;
  if (isBetter(metric, medals.silver, medals.gold) || isBetter(metric, medals.bronze, medals.silver)) {
    throw new UserError(
      `Expected "medals" from the best score, gold, to bronze but found ${
        Object.values(medals).join(", ")
      } in "${path}"`,
    );
  }
  return medals;
}
