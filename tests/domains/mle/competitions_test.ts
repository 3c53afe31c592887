import assert from "node:assert/strict";
import { join } from "node:path";
import {
  builtInCompetition,
  builtInCompetitions,
  builtInFolder,
} from "../../../domains/mle/competition/built_in.ts";
import { isBetter, metricNames, metrics } from "../../../domains/mle/competition/metric.ts";
import { scorePredictions } from "../../../domains/mle/competition/score_predictions.ts";
import { readCsv } from "../../../domains/mle/mlkit/csv.ts";

/** Rows to learn from, hidden rows and dummy score on the test half, so that nobody changes a split unawares. */
const facts: Readonly<Record<string, readonly [train: number, hidden: number, dummy: string]>> = {
  "penguin-sex": [200, 133, "0.7022"],
  "seattle-weather": [877, 584, "0.1226"],
  "wages": [320, 214, "0.4449"],
  "sensor-fault": [11348, 7566, "0.0090"],
  "doctor-visits": [12114, 8076, "0.8379"],
  "digits": [1078, 719, "0.0889"],
  "tumour": [341, 228, "0.7269"],
  "co2": [2121, 104, "2.9475"],
  "sotu-year": [1678, 1118, "58.3882"],
};

Deno.test("builtInCompetition() reads every competition that comes with the domain, once", () => {
  assert.deepEqual([...builtInCompetitions], Object.keys(facts));
  for (const id of builtInCompetitions) {
    const competition = builtInCompetition(id);
    assert.equal(competition, builtInCompetition(id));
    assert.equal(competition.id, id);
    const found = [
      readCsv(competition.train).rows,
      competition.answers.length,
      competition.dummy.test.toFixed(4),
    ];
    assert.deepEqual(found, facts[id], id);
  }
});

Deno.test("builtInCompetition() hides the target and nothing else", () => {
  for (const id of builtInCompetitions) {
    const { train, test, target, answers, parts } = builtInCompetition(id);
    const [known, hidden] = [readCsv(train), readCsv(test)];
    assert.deepEqual(known.names.filter((name) => name !== target).toSorted(), hidden.names.toSorted());
    assert.ok(!hidden.has(target));
    assert.equal(hidden.rows, answers.length);
    const validation = parts.filter((part) => part === "validation").length;
    assert.ok(Math.abs(2 * validation - answers.length) <= 1, `${id}: ${validation} of ${answers.length}`);
  }
});

Deno.test("builtInCompetition() describes each column", () => {
  // Of many columns of a kind the first are named.
  const families = /^(?:p\d+|(?:mean|worst)_\w+|\w+_error)$/;
  for (const id of builtInCompetitions) {
    const { train, description } = builtInCompetition(id);
    for (const name of readCsv(train).names) {
      if (!families.test(name)) {
        assert.ok(description.includes(`\`${name}\``), `${id} does not describe ${name}`);
      }
    }
  }
});

Deno.test("builtInCompetition() has a best score that the truth reaches and the dummy does not", () => {
  for (const id of builtInCompetitions) {
    const { metric, dummy, best, answers, positive, medals } = builtInCompetition(id);
    assert.ok(metricNames.includes(metric));
    for (const part of ["validation", "test"] as const) assert.ok(isBetter(metric, best[part], dummy[part]));
    const truth = answers.map((answer) => positive === null ? answer : answer === positive ? 1 : 0);
    const scored = scorePredictions(builtInCompetition(id), truth);
    assert.ok(scored.ok);
    assert.deepEqual([scored.quality, scored.reward, scored.medal], [1, 1, "gold"]);
    assert.ok(medals !== null);
    const worst = metrics[metric].higherIsBetter ? Math.min : Math.max;
    assert.equal(worst(medals.bronze, dummy.test), dummy.test);
  }
});

Deno.test("builtInCompetition() has its licence and a solution beside it, which imports the kit alone", () => {
  for (const id of builtInCompetitions) {
    const read = (name: string): string => Deno.readTextFileSync(join(builtInFolder(id), name));
    assert.match(read("SOURCE.md"), /^- Licence: /m);
    const imports = [...read("reference.solution.ts").matchAll(/from "([^"]*)"/g)].map((match) => match[1]);
    assert.deepEqual(imports, ["mlkit"]);
  }
});

Deno.test("builtInCompetition() refuses an id that it does not know", () => {
  assert.throws(
    () => builtInCompetition("wage"),
    /^UserError: Unknown competition "wage" \(Did you mean "wages"\?\)$/,
  );
  assert.throws(() => builtInCompetition("../x"), /known are penguin-sex, seattle-weather/);
});
