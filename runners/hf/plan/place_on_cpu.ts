import { UserError } from "../../../lib/errors.ts";
import { batchArithmetic } from "../../../lib/experiment/arithmetic.ts";
import type { PlacementOptions } from "./arm_options.ts";
import { cpuHours } from "./hours.ts";
import type { Machine } from "./machines.ts";
import type { ArmToPlace, Chosen } from "./place_arm.ts";
import { isWithinLimit } from "./timeout.ts";
import { hoursText } from "./write_figures.ts";

/** The fewest cores that the embedded engine is given. */
const leastCores = 2;

type Priced = Machine & { readonly pricePerHour: number };

/**
 * The machine for an arm that the embedded engine trains: without GPUs, of the lowest expected cost.
 *
 * @param machines Those to choose from; the one that was asked for, if one was.
 * @throws {UserError} If none will do, or the policy's size is not known and no machine and time-out were asked for.
 */
export function placeOnCpu(
  { name, settings }: ArmToPlace,
  machines: readonly Priced[],
  { flavor, timeout, tokensPerSecond }: PlacementOptions,
): Chosen {
  const { layers, width } = settings.policy.options;
  const why = flavor === undefined ? "the embedded engine needs no GPU" : `${flavor} was asked for`;
  const [asked] = machines;
  const { trainingTokens, evaluationTokens } = batchArithmetic(settings);
  if (typeof layers !== "number" || typeof width !== "number") {
    if (flavor === undefined || timeout === undefined || asked === undefined) {
      throw new UserError(
        `Cannot tell how large the policy "${settings.policy.kind}" of arm "${name}" is; give both --flavor NAME and --timeout HOURS`,
      );
    }
    const unknown = [`How long a job takes with the policy "${settings.policy.kind}"`];
    return { machine: asked, engine: "embedded", hours: null, arithmetic: [why], unknown };
  }
  const tokens = trainingTokens + evaluationTokens;
  const candidates = machines.filter(({ cores, accelerators }) =>
    flavor !== undefined || (accelerators === null && (cores ?? 0) >= leastCores)
  ).map((machine) => ({
    machine,
    ...cpuHours({ layers, width }, tokens, machine.cores ?? leastCores, tokensPerSecond),
  }));
  const cost = (each: typeof candidates[number]): number => each.hours * each.machine.pricePerHour;
  const sorted = candidates.toSorted((a, b) => cost(a) - cost(b) || a.hours - b.hours);
  const best = sorted.find(({ hours }) => isWithinLimit(hours)) ?? sorted[0];
  if (best === undefined) {
    throw new UserError(
      `No machine of the hardware list can train arm "${name}": none without a GPU has ${leastCores} cores`,
    );
  }
  const { machine, hours, sentences } = best;
  return {
    machine,
    engine: "embedded",
    hours,
    arithmetic: [
      flavor === undefined
        ? `${machine.flavor} was chosen, ${
          hoursText(hours)
        } a job: ${why}, and of machines with ${leastCores} cores or more ` +
          "it costs least"
        : why,
      ...sentences,
    ],
    unknown: machine.cores === null
      ? [`How many cores ${machine.flavor} has; ${leastCores} are assumed`]
      : [],
  };
}
