/**
 * What `competition.json` may say.
 *
 * @module
 */
import * as v from "valibot";
import { closest, notNegative, parseOptions, UserError, whole } from "../../../lib/domain/mod.ts";
import { metricNames } from "./metric.ts";

const score = v.pipe(v.number("a number"), v.finite("a number"));

const scores = v.pipe(
  v.union(
    [score, v.strictObject({ validation: v.optional(score), test: score })],
    'a number or { "test": a number }',
  ),
  v.transform((given) =>
    typeof given === "number"
      ? { validation: given, test: given }
      : { ...given, validation: given.validation ?? given.test }
  ),
);

const share = v.pipe(notNegative, v.check((value) => value > 0 && value < 1, "a number between 0 and 1"));

const text = v.pipe(v.string("text"), v.trim(), v.nonEmpty("text that is not empty"));

const metric = v.picklist(metricNames, ({ input }) => {
  const guess = typeof input === "string" ? closest(input, metricNames) : undefined;
  const hint = guess === undefined ? "" : ` (did you mean "${guess}"?)`;
  return `one of ${metricNames.join(", ")}${hint}`;
});

const split = v.variant("rule", [
  v.pipe(
    v.strictObject({
      rule: v.literal("hash"),
      train: v.optional(share, 0.6),
      validation: v.optional(share),
      test: v.optional(share),
    }),
    v.transform(({ rule, train, validation, test }) => {
      const half = (1 - train) / 2;
      return {
        rule,
        train,
        validation: validation ?? (test === undefined ? half : 1 - train - test),
        test: test ?? (validation === undefined ? half : 1 - train - validation),
      };
    }),
    v.check(
      ({ train, validation, test }) =>
        validation > 0 && test > 0 && Math.abs(train + validation + test - 1) < 1e-9,
      "shares above 0 with the sum 1",
    ),
  ),
  v.strictObject({ rule: v.literal("time"), validation: whole(1), test: whole(1) }),
], 'an object with "rule": "hash" or "time"');

const schema = v.strictObject({
  title: text,
  metric,
  target: text,
  positive: v.optional(text),
  classes: v.optional(
    v.pipe(v.array(text, "a list of text"), v.minLength(2, "a list of at least two classes")),
  ),
  split: v.optional(split),
  best: scores,
  dummy: v.optional(scores),
  leaderboard: v.optional(
    v.pipe(
      v.array(
        v.union([score, v.strictObject({ name: text, test: score })], 'a number or { "name", "test" }'),
        "a list of scores",
      ),
      v.minLength(1, "a list with at least one score"),
    ),
  ),
  medals: v.optional(v.strictObject({ gold: score, silver: score, bronze: score })),
});

/** What `competition.json` says, with the values of what it may leave out where they do not depend on the table. */
export type CompetitionFile = v.InferOutput<typeof schema>;

/** How a table is split. */
export type SplitRule = v.InferOutput<typeof split>;

/**
 * Checks the text of a `competition.json`.
 *
 * @param path For messages.
 * @throws {UserError} If it is no JSON, or a key is missing, unknown or of another form.
 *
 * @example
 * ```ts
 * import { parseCompetitionFile } from "exitlab/domains/mle/competition/competition_file.ts";
 * import assert from "node:assert/strict";
 *
 * const text = '{"title": "Prices", "metric": "acuracy", "target": "price", "best": 0.2}';
 * assert.throws(() => parseCompetitionFile(text, "prices/competition.json"), /did you mean "accuracy"\?\) but found/);
 * ```
 */
export function parseCompetitionFile(text: string, path: string): CompetitionFile {
  const where = `"${path}"`;
  const file = parseOptions(schema, parseJson(text, where), where);
  if (file.leaderboard !== undefined && file.medals !== undefined) {
    throw new UserError(`Expected "leaderboard" or "medals" but found both in ${where}`);
  }
  return file;
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`Expected ${where} to be JSON but it is not`);
  }
}
