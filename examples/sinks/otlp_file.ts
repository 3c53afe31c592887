/**
 * Step metrics as OpenTelemetry: a line a step of OTLP in JSON, as the file exporter of OpenTelemetry writes it, in
 * `metrics.otlp.jsonl` in the run's folder. A collector's `otlpjsonfile` receiver reads it and sends it on to wherever
 * metrics are kept; nothing here calls a network.
 *
 * Usage: deno task run experiments/exit_math.ts --quick --sink examples/sinks/otlp_file.ts
 *
 * @module
 */
import { join } from "node:path";
import type { Json, MetricsSink, SinkRun, StepRow } from "../../lib/metrics/mod.ts";

/** The fields that only grow: sums in OpenTelemetry's words, all others are gauges. */
const sums: ReadonlySet<string> = new Set(["tokens", "rollouts"]);

/** Units by field, in the notation of UCUM; a share or a mean has none. */
const units: Readonly<Record<string, string>> = {
  tokens: "{token}",
  rollouts: "{rollout}",
  seconds: "s",
  secondsSample: "s",
  secondsTrain: "s",
  tokensPerSecond: "{token}/s",
  entropy: "{nat}",
  samplerGap: "{nat}",
};

/** Fields that are no metrics: the iteration is an attribute of every point, and the time is its time. */
const others: ReadonlySet<string> = new Set(["iteration", "time", "extra"]);

function attribute(key: string, value: string | number): Json {
  return { key, value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value } };
}

function metric(field: string, value: number, { iteration, time }: StepRow): Json {
  const point = {
    attributes: [attribute("exitlab.iteration", iteration)],
    timeUnixNano: String(BigInt(Date.parse(time)) * 1_000_000n),
    asDouble: value,
  };
  return {
    name: `exitlab.${field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
    unit: units[field] ?? "1",
    // 2 is cumulative.
    ...sums.has(field)
      ? { sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] } }
      : { gauge: { dataPoints: [point] } },
  };
}

/** A step as one request of OTLP; what is not known is left out. */
export function otlpRequest(step: StepRow, { run, arm, seed, experiment }: SinkRun): Json {
  const known = [...Object.entries(step), ...Object.entries(step.extra)].flatMap(([field, value]) =>
    typeof value === "number" && Number.isFinite(value) && !others.has(field)
      ? [metric(field, value, step)]
      : []
  );
  return {
    resourceMetrics: [{
      resource: {
        attributes: [
          attribute("service.name", "exitlab"),
          attribute("service.instance.id", run),
          attribute("exitlab.experiment", experiment),
          attribute("exitlab.arm", arm),
          attribute("exitlab.seed", seed),
        ],
      },
      scopeMetrics: [{ scope: { name: "exitlab" }, metrics: known }],
    }],
  };
}

/** Appends to the run's file, so that a run that goes on goes on there. */
const sink: MetricsSink = {
  async step(step, run) {
    const path = join(run.directory, "metrics.otlp.jsonl");
    await Deno.writeTextFile(path, `${JSON.stringify(otlpRequest(step, run))}\n`, { append: true });
  },
};

export default sink;
