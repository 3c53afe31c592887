/** Placements of small plans, as `plan --runner hf` would make them. */
import type { ArmPlacement, Placement, Plan } from "exitlab/lib/experiment/plan.ts";

/** A placement of all arms on a small machine. */
export function placed(
  plan: Plan,
  change: Partial<ArmPlacement> = {},
  secrets: readonly string[] = [],
): Placement {
  const arm: ArmPlacement = {
    flavor: "cpu-upgrade",
    gpus: 0,
    pricePerHour: 0.03,
    engine: "embedded",
    image: "denoland/deno:debian-2.9.6",
    hours: 0.1,
    timeoutSeconds: 1200,
    cost: { expected: 0.003, most: 0.01 },
    arithmetic: [],
    unknown: [],
    ...change,
  };
  return {
    hardware: { source: "a test", fetched: "2026-01-01" },
    arms: Object.fromEntries(Object.keys(plan.arms).map((name) => [name, arm])),
    secrets,
    cost: { expected: 0.003 * plan.jobs.length, most: 0.01 * plan.jobs.length },
  };
}
