import { UserError } from "../../../lib/errors.ts";
import { hubOptions } from "../../../lib/engine/hub.ts";
import type { Compiled } from "../../../lib/experiment/compile.ts";
import type { ArmPlacement, Placement } from "../../../lib/experiment/plan.ts";
import type { Settings } from "../../../lib/experiment/settings.ts";
import type { PlacementOptions } from "./arm_options.ts";
import { isDownloaded } from "./candidates.ts";
import type { HardwareList } from "./hardware_list.ts";
import { placeArm } from "./place_arm.ts";
import { dollars, roundedDollars } from "./write_figures.ts";

/**
 * Where all jobs of a plan run, for how long and for how much.
 *
 * @throws {UserError} If an arm fits no machine, what the user wants cannot be, or all jobs together may cost more than `maxCost`.
 */
export function place({ jobs, plan }: Compiled, list: HardwareList, options: PlacementOptions): Placement {
  const settingsOf = new Map(jobs.map(({ arm, settings }) => [arm, settings]));
  if (
    options.parameters !== undefined && ![...settingsOf.values()].some(({ policy }) => policy.kind === "hub")
  ) {
    throw new UserError(
      "Cannot use --parameters with this experiment: no arm has hub() as its policy, whose size it would tell",
    );
  }
  const arms: Record<string, ArmPlacement> = {};
  for (const [name, settings] of settingsOf) {
    const { unknown, ...arm } = placeArm({ name, settings }, list.machines, options);
    arms[name] = { ...arm, unknown: list.note === null ? unknown : [list.note, ...unknown] };
  }
  const placement: Placement = {
    hardware: { source: list.source, fetched: list.fetched },
    arms,
    secrets: secretsOf([...settingsOf.values()], options.secrets ?? []),
    cost: totalCost(arms, plan.jobs.map(({ arm }) => arm)),
  };
  checkCost(placement, options.maxCost);
  return placement;
}

/**
 * A placement for some of its arms and jobs, costs included.
 *
 * @param jobs The arm of each job.
 */
export function narrowPlacement(placement: Placement, jobs: readonly string[]): Placement {
  const arms = Object.fromEntries(Object.entries(placement.arms).filter(([arm]) => jobs.includes(arm)));
  return { ...placement, arms, cost: totalCost(arms, jobs) };
}

/**
 * Refuses a placement that may cost too much.
 *
 * @param maxCost USD.
 * @throws {UserError} If it may.
 */
export function checkCost({ cost }: Placement, maxCost: number | undefined): void {
  if (maxCost === undefined || cost.most <= maxCost) return;
  throw new UserError(
    `Expected all jobs to cost at most ${dollars(maxCost)} (--max-cost) but found that they may cost ${
      dollars(cost.most)
    }` +
      `${
        cost.expected === null ? "" : ` (${dollars(cost.expected)} expected)`
      }; take fewer arms or seeds, or fewer tokens`,
  );
}

function totalCost(
  arms: { readonly [arm: string]: ArmPlacement },
  jobs: readonly string[],
): Placement["cost"] {
  const costs = jobs.map((arm) => arms[arm]?.cost ?? { expected: null, most: 0 });
  const expected = costs.reduce<number | null>(
    (sum, cost) => sum === null || cost.expected === null ? null : sum + cost.expected,
    0,
  );
  return {
    expected: expected === null ? null : roundedDollars(expected),
    most: roundedDollars(costs.reduce((sum, { most }) => sum + most, 0)),
  };
}

/** The token is among them if a job of the plan downloads a model; a plan without such jobs has no need of it. */
function secretsOf(settings: readonly Settings[], named: readonly string[]): string[] {
  const downloads = settings.some(({ policy }) =>
    policy.kind === "hub" && isDownloaded(hubOptions(policy).model)
  );
  return [...new Set([...downloads ? ["HF_TOKEN"] : [], ...named])];
}
