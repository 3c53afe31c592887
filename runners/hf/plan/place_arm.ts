/**
 * Where a job of one arm runs: which machine, which engine, for how long and for how much.
 *
 * @module
 */
import { UserError } from "../../../lib/errors.ts";
import type { ArmPlacement, PlacedEngine } from "../../../lib/experiment/plan.ts";
import { batchArithmetic } from "../../../lib/experiment/arithmetic.ts";
import type { Settings } from "../../../lib/experiment/settings.ts";
import type { PlacementOptions } from "./arm_options.ts";
import { closest } from "../../../lib/closest.ts";
import { images } from "./images.ts";
import type { Machine } from "./machines.ts";
import { placeOnCpu } from "./place_on_cpu.ts";
import { placeOnGpu } from "./place_on_gpu.ts";
import { chooseTimeout } from "./timeout.ts";
import { dollars, hoursText, roundedDollars } from "./write_figures.ts";

/** An arm to be placed. */
export type ArmToPlace = { readonly name: string; readonly settings: Settings };

/** A machine and engine that were chosen, before time-out and cost. */
export type Chosen = {
  readonly machine: Machine & { readonly pricePerHour: number };
  readonly engine: PlacedEngine;
  readonly hours: number | null;
  readonly arithmetic: readonly string[];
  readonly unknown: readonly string[];
};

/** Says that nothing of it was measured. */
const assumption = "These figures are assumptions and estimates; none of them was measured on such a machine";

/**
 * Where a job of an arm runs.
 *
 * @throws {UserError} If it fits no machine, or what the user wants cannot be.
 */
export function placeArm(
  arm: ArmToPlace,
  machines: readonly Machine[],
  options: PlacementOptions,
): ArmPlacement {
  checkEngine(arm, options.engine);
  const priced = machines.filter(isPriced);
  const asked = options.flavor === undefined ? undefined : findMachine(options.flavor, machines);
  const chosen = arm.settings.policy.kind === "hub"
    ? placeOnGpu(arm, asked === undefined ? priced : [asked], options)
    : placeOnCpu(arm, asked === undefined ? priced : [asked], options);
  const { machine, engine, hours } = chosen;
  const timeout = chooseTimeout(hours, options.timeout, arm.name);
  const price = machine.pricePerHour;
  const cost = {
    expected: hours === null ? null : roundedDollars(hours * price),
    most: roundedDollars(timeout.seconds / 3600 * price),
  };
  return {
    flavor: machine.flavor,
    gpus: machine.accelerators?.count ?? 0,
    pricePerHour: price,
    engine,
    image: options.image ?? images[engine],
    // So exact that minutes and seconds are those of the sentences.
    hours: hours === null ? null : Number(hours.toPrecision(6)),
    timeoutSeconds: timeout.seconds,
    cost,
    arithmetic: [
      ...chosen.arithmetic,
      timeout.sentence,
      `Price: ${dollars(price)} an hour on ${machine.flavor}` +
      `${cost.expected === null ? "" : `, ${dollars(cost.expected)} expected`}, ${
        dollars(cost.most)
      } at most for a job`,
      assumption,
    ],
    unknown: [...chosen.unknown, ...programsUnknown(arm.settings), ...driverUnknown(chosen)],
  };
}

function checkEngine({ name, settings: { policy } }: ArmToPlace, engine: PlacedEngine | undefined): void {
  if (engine === undefined || (policy.kind === "hub") === (engine !== "embedded")) return;
  throw new UserError(
    policy.kind === "hub"
      ? `Cannot use --engine embedded with arm "${name}": the embedded engine trains no hub() policy; use exitlab or skyrl`
      : `Cannot use --engine ${engine} with arm "${name}": its policy is trained by the embedded engine alone`,
  );
}

function isPriced(machine: Machine): machine is Machine & { readonly pricePerHour: number } {
  return machine.pricePerHour !== null;
}

function findMachine(
  flavor: string,
  machines: readonly Machine[],
): Machine & { readonly pricePerHour: number } {
  const found = machines.find((machine) => machine.flavor === flavor);
  if (found !== undefined && isPriced(found)) return found;
  if (found !== undefined) {
    throw new UserError(`Cannot tell what ${flavor} costs: the list has it by an unknown unit`);
  }
  const names = machines.map((machine) => machine.flavor);
  const guess = closest(flavor, names);
  const advice = guess === undefined ? `it has ${names.join(", ")}` : `did you mean ${guess}?`;
  throw new UserError(
    `Expected --flavor to be a machine of the hardware list but found "${flavor}" (${advice})`,
  );
}

/** Programs that a domain runs take time that no figure has. */
function programsUnknown(settings: Settings): string[] {
  const { domain } = settings;
  if ((domain.permissions?.run ?? []).length === 0) return [];
  const { iterations, completionsPerIteration, evaluationCompletions } = batchArithmetic(settings);
  const programs = iterations * completionsPerIteration + evaluationCompletions;
  const { seconds } = domain.options;
  const limit = typeof seconds === "number"
    ? `, up to ${seconds} s each, ${hoursText(programs * seconds / 3600)} one after another`
    : "";
  return [
    `How long the ${
      programs.toLocaleString("en-US")
    } programs of the domain "${domain.kind}" run${limit}: no figure includes ` +
    "it, so leave room with --timeout",
  ];
}

/** Whether an engine's libraries fit the machine. */
function driverUnknown({ engine, machine }: Chosen): string[] {
  if (machine.accelerators === null) return [];
  if (engine === "skyrl") {
    return ["Whether the driver of these machines is r580 or newer, which CUDA 13 in SkyRL's image needs"];
  }
  return engine === "exitlab"
    ? ["Whether the driver of these machines fits the CUDA libraries of the newest PyTorch"]
    : [];
}
