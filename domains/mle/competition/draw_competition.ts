import { Random, type Split } from "../../../lib/domain/mod.ts";
import { writeCsv } from "../mlkit/csv.ts";
import { type Table, tableOf } from "../mlkit/table.ts";
import type { Answer, Competition, HiddenPart } from "./competition.ts";
import type { SplitRule } from "./competition_file.ts";
import { drawFeatures, type DrawnFeatures, drawSeries } from "./drawn_features.ts";
import { drawTarget } from "./drawn_target.ts";
import { dummyScores } from "./dummy.ts";
import { families } from "./drawn_function.ts";
import { isBetter, type MetricName, perfectScore } from "./metric.ts";
import type { PredictionRules } from "./check_predictions.ts";
import { scoresOf } from "./score_predictions.ts";
import { splitTable } from "./split_table.ts";

/** The fewest and the most rows of a table. */
const rowBounds = [150, 400] as const;

/** How much of the way from the dummy to a perfect score the best one goes, at least; else there is too little to find. */
const leastGain = 0.2;

const hiddenParts: readonly HiddenPart[] = ["validation", "test"];
const regression: readonly MetricName[] = ["rmse", "mae", "r2", "rmsle"];
const classification: readonly MetricName[] = [
  "accuracy",
  "macro-f1",
  "log-loss",
  "auc",
  "average-precision",
];

/**
 * A competition that nobody has seen: a table of 150 to 400 rows drawn from a function with noise. The function is one of
 * Friedman's three, a polynomial, a tree or a seasonal series; half of the tables have a column of groups, and half have
 * values missing. The best score is that of the function itself on the hidden rows, without the noise. Where values are missing
 * it is more than can be reached.
 *
 * The same arguments give the same competition. Those of the two splits never share an id, and are drawn from
 * streams of their own.
 *
 * @param seed Another one gives other competitions at every index.
 * @param index Whole, at least 0.
 * @param split What the competition is for.
 *
 * @example
 * ```ts
 * import { drawCompetition } from "exitlab/domains/mle/competition/draw_competition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(drawCompetition(1, 5), drawCompetition(1, 5));
 * assert.notEqual(drawCompetition(1, 5).train, drawCompetition(1, 5, "test").train);
 * ```
 */
export function drawCompetition(seed: number, index: number, split: Split = "train"): Competition {
  for (let attempt = 0;; attempt++) {
    const random = new Random(seed, "drawn competition", split, index, attempt);
    const competition = draw(random, `${split === "train" ? "drawn" : "drawn-held-out"}-${seed}-${index}`);
    if (competition !== null) return competition;
  }
}

/** A competition, or `null` if chance left nothing to find in it. */
function draw(random: Random, id: string): Competition | null {
  const [least, most] = rowBounds;
  const count = least + random.int(most - least + 1);
  const kind = random.pick([...families, "series"] as const);
  const metric = random.pick(kind === "series" || random.chance(0.5) ? regression : classification);
  const features = kind === "series" ? drawSeries(count, random) : drawFeatures(kind, count, random);
  const target = drawTarget(metric, features.signal, random);
  const numbered = tableOf({
    ...features.columns,
    y: target.answers.map(String),
    row: target.answers.map((_, row) => row),
  });
  const hiddenRows = Math.round(count / 5);
  const rule: SplitRule = kind === "series"
    ? { rule: "time", validation: hiddenRows, test: hiddenRows }
    : { rule: "hash", train: 0.6, validation: 0.2, test: 0.2 };
  const { train, hidden, parts } = splitTable(id, numbered, rule);
  const answers = at(target.answers, hidden);
  const known = at(target.answers, train);
  const rules = { metric, classes: target.classes, positive: target.positive, answers, parts };
  const halves = hiddenParts.map((part) => answers.filter((_, row) => parts[row] === part));
  const hasAll = (values: readonly Answer[]): boolean =>
    target.classes?.every((name) => values.includes(name)) ?? true;
  if (![known, ...halves].every(hasAll)) return null;
  const dummy = dummyScores(known, rules, kind === "series");
  const best = scoresOf(rules, at(target.best, hidden));
  const perfect = perfectScore(metric);
  const isWorthwhile = hiddenParts.every((part) =>
    isBetter(metric, best[part], dummy[part] + leastGain * (perfect - dummy[part]))
  );
  if (!isWorthwhile) return null;
  return {
    id,
    title: kind === "series" ? "A drawn series" : "A drawn table",
    description: describe(features, rules, kind === "series"),
    ...rules,
    target: "y",
    train: writeCsv(train.without("row")),
    test: writeCsv(hidden.without(["row", "y"])),
    dummy,
    best,
    medals: null,
  };
}

/** The values of the rows of a part, which has their numbers. */
function at<Value>(values: readonly Value[], part: Table): Value[] {
  return [...part.numbers("row")].flatMap((row) => values.slice(row, row + 1));
}

function describe(features: DrawnFeatures, rules: PredictionRules, byTime: boolean): string {
  const lines = features.descriptions.map(([name, text]) => `- \`${name}\`: ${text}`);
  return [
    byTime
      ? "A series with one row a step of time. Predict its last steps: the rows of test follow those of train."
      : "A table that follows an unknown rule, with noise. Not every column need matter.",
    "",
    ...lines,
    `- \`y\`: ${
      rules.classes === null ? "the number" : `the class, ${rules.classes.join(", ")},`
    } to predict`,
    ...(features.hasMissing ? ["", "Some values are missing; their cells are empty."] : []),
  ].join("\n");
}
