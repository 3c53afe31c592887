/** The example of a sink: what it writes is what OpenTelemetry's file exporter would. */
import assert from "node:assert/strict";
import sink, { otlpRequest } from "../../../examples/sinks/otlp_file.ts";
import { batch, inFolder } from "../../lib/metrics/fabricate.ts";

const step = batch(1).step;
assert.ok(step !== undefined);

Deno.test("otlpRequest() names metrics, their kinds and units, and leaves out what is not finite", () => {
  const run = { run: "one", arm: "exit", seed: 3, experiment: "exit-math", directory: "" };
  const request = JSON.parse(JSON.stringify(otlpRequest({ ...step, time: "2026-01-01T00:00:00.001Z" }, run)));
  const [{ resource, scopeMetrics: [{ metrics }] }] = request.resourceMetrics;
  assert.deepEqual(resource.attributes.at(-1), { key: "exitlab.seed", value: { intValue: "3" } });
  const tokens = metrics.find(({ name }: { name: string }) => name === "exitlab.tokens");
  assert.deepEqual(tokens, {
    name: "exitlab.tokens",
    unit: "{token}",
    sum: {
      aggregationTemporality: 2,
      isMonotonic: true,
      dataPoints: [{
        attributes: [{ key: "exitlab.iteration", value: { intValue: "1" } }],
        timeUnixNano: "1767225600001000000",
        asDouble: 3e9,
      }],
    },
  });
  const names = metrics.map(({ name }: { name: string }) => name);
  assert.ok(names.includes("exitlab.zero_variance") && names.includes("exitlab.kappa"));
  // Of the fabricated step these are NaN, infinite and null.
  for (const missing of ["entropy", "gradient_norm", "effective_size", "odd", "time", "iteration"]) {
    assert.ok(!names.includes(`exitlab.${missing}`), missing);
  }
});

Deno.test("the sink of otlp_file.ts appends a line a step to the run's folder", () =>
  inFolder(async (directory) => {
    const run = { run: "one", arm: "exit", seed: 1, experiment: "exit-math", directory };
    for (const iteration of [1, 2]) await sink.step({ ...step, iteration }, run);
    const lines = (await Deno.readTextFile(`${directory}/metrics.otlp.jsonl`)).trim().split("\n");
    assert.equal(lines.length, 2);
    for (const line of lines) assert.ok(JSON.parse(line).resourceMetrics.length === 1);
  }));
