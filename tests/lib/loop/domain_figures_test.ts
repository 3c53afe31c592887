import assert from "node:assert/strict";
import { domainFigures, evaluationFigures } from "exitlab/lib/loop/domain_figures.ts";
import type { EvaluationOutcome } from "exitlab/lib/loop/evaluate.ts";
import type { Attempt } from "exitlab/lib/domain/verdict.ts";
import { digits } from "../../support/digit_domain.ts";
import { errands } from "./errands_domain.ts";

function attempts(...qualities: readonly number[]): Attempt[] {
  return qualities.map((quality) => ({
    response: "1",
    verdict: { quality, solved: quality === 1, reward: quality },
    feedback: null,
  }));
}

function outcome(benchmark: string, step: number, ...qualities: readonly number[]): EvaluationOutcome {
  const all = attempts(...qualities);
  const attempt = all.at(-1);
  if (attempt === undefined) throw new Error("An episode has a turn");
  const rest = { changed: false, tokens: 1, shortened: 0, mode: "improve" } as const;
  return { task: "t", benchmark, sample: 0, step, attempt, attempts: all, ...rest };
}

Deno.test("domainFigures() are means over episodes, with all attempts of each", () => {
  const episodes = [{ attempts: attempts(0.5, 1) }, { attempts: attempts(0, 0, 0.5, 1) }];
  assert.deepEqual(domainFigures(errands(), episodes), { errands_length: 3, errands_first: 0.5 });
  assert.deepEqual(domainFigures(digits(), episodes), {});
  assert.deepEqual(domainFigures(errands(), []), {});
});

Deno.test("domainFigures() takes a figure's mean over the episodes that have it, and none that is no number", () => {
  const domain = {
    ...errands(),
    metrics: ({ length }: readonly Attempt[]): Record<string, number> => ({
      ...length > 1 ? { long: length } : {},
      odd: length === 1 ? NaN : 1,
    }),
  };
  const episodes = [{ attempts: attempts(1) }, { attempts: attempts(0, 1) }, {
    attempts: attempts(0, 0, 1, 1),
  }];
  assert.deepEqual(domainFigures(domain, episodes), { errands_long: 3 });
});

Deno.test("evaluationFigures() has a row for each benchmark and k, and none of a domain without figures", () => {
  const outcomes = [outcome("a", 0, 0, 1), outcome("a", 0, 1), outcome("b", 0, 0), outcome("a", 1, 1, 1, 1)];
  const rows = evaluationFigures(errands(), outcomes, 4, "now");
  assert.deepEqual(rows.map(({ message }) => JSON.parse(message)), [
    { split: "a", step: 0, errands_length: 1.5, errands_first: 0.5 },
    { split: "b", step: 0, errands_length: 1, errands_first: 0 },
    { split: "a", step: 1, errands_length: 3, errands_first: 1 },
  ]);
  for (const { message: _, ...rest } of rows) {
    assert.deepEqual(rest, { iteration: 4, time: "now", level: "info", kind: "domain-figures" });
  }
  assert.deepEqual(evaluationFigures(digits(), outcomes, 4, "now"), []);
});
