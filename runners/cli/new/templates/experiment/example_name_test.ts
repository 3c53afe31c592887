import { compile } from "exitlab";
import assert from "node:assert/strict";
import experiment from "./example_name.ts";

Deno.test("example-name compares its arms at equal tokens and equal tasks", () => {
  const { jobs } = compile(experiment);
  const kept = ({ settings: { budget, domain, evaluate } }: typeof jobs[number]) =>
    JSON.stringify([budget, domain.kind, domain.options, evaluate]);
  assert.equal(jobs.length, 6);
  assert.equal(new Set(jobs.map(kept)).size, 1);
});

Deno.test("example-name has a quick form", () => {
  assert.equal(compile(experiment, { quick: true }).jobs.length, 2);
});
