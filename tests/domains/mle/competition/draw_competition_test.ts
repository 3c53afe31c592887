import assert from "node:assert/strict";
import fc from "fast-check";
import { drawCompetition } from "../../../../domains/mle/competition/draw_competition.ts";
import { isBetter, metricNames } from "../../../../domains/mle/competition/metric.ts";
import { readCsv } from "../../../../domains/mle/mlkit/csv.ts";

const many = Array.from({ length: 80 }, (_, index) => drawCompetition(0, index));

Deno.test("drawCompetition() gives the same for the same arguments, and another for others", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (seed, index) => {
      const competition = drawCompetition(seed, index);
      assert.deepEqual(drawCompetition(seed, index), competition);
      assert.notEqual(drawCompetition(seed, index + 1).train, competition.train);
      assert.notEqual(drawCompetition(seed + 1, index).train, competition.train);
    }),
    { numRuns: 15 },
  );
});

Deno.test("drawCompetition() gives the two splits other ids and other tables", () => {
  const heldOut = many.map((_, index) => drawCompetition(0, index, "test"));
  const ids = new Set([...many, ...heldOut].map(({ id }) => id));
  assert.equal(ids.size, 160);
  for (const [index, { train }] of heldOut.entries()) assert.notEqual(train, many[index]?.train);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9-]+$/);
});

Deno.test("drawCompetition() draws tables of 150 to 400 rows whose hidden rows lack the target", () => {
  for (const { train, test, answers, parts, target, classes } of many) {
    const [known, hidden] = [readCsv(train), readCsv(test)];
    assert.ok(known.rows + hidden.rows >= 150 && known.rows + hidden.rows <= 400);
    assert.equal(hidden.rows, answers.length);
    assert.equal(parts.length, answers.length);
    assert.deepEqual(known.names, [...hidden.names, target]);
    for (const part of ["validation", "test"] as const) {
      const values = answers.filter((_, row) => parts[row] === part);
      assert.ok(values.length >= 30);
      if (classes !== null) assert.deepEqual([...new Set(values)].length, classes.length);
    }
    if (classes === null) assert.ok(known.numbers(target).every(Number.isFinite));
  }
});

Deno.test("drawCompetition() leaves much to find: the best is well beyond the dummy in both halves", () => {
  for (const { metric, dummy, best } of many) {
    assert.ok(isBetter(metric, best.test, dummy.test));
    assert.ok(isBetter(metric, best.validation, dummy.validation));
  }
});

Deno.test("drawCompetition() draws every metric, series, groups and missing values", () => {
  assert.deepEqual(new Set(many.map(({ metric }) => metric)), new Set(metricNames));
  assert.ok(many.some(({ title }) => title === "A drawn series"));
  const tables = many.map(({ train }) => readCsv(train));
  assert.ok(tables.some((table) => table.has("group")));
  assert.ok(tables.some((table) => !table.has("group")));
  const hasEmpty = (index: number) =>
    tables[index]?.names.some((name) => tables[index]?.texts(name).includes(""));
  const missing = many.map((_, index) => hasEmpty(index) === true);
  assert.ok(missing.includes(true) && missing.includes(false));
  for (const [index, { description }] of many.entries()) {
    assert.equal(description.includes("Some values are missing"), missing[index]);
    for (const name of tables[index]?.names ?? []) assert.ok(description.includes(`\`${name}\``));
  }
});

Deno.test("drawCompetition() keeps the rows of a series in order of time", () => {
  const series = many.find(({ title }) => title === "A drawn series");
  assert.ok(series !== undefined);
  const steps = [...readCsv(series.train).numbers("step"), ...readCsv(series.test).numbers("step")];
  assert.deepEqual(steps, steps.map((_, step) => step));
  assert.equal(series.parts.lastIndexOf("validation") + 1, series.parts.indexOf("test"));
});
