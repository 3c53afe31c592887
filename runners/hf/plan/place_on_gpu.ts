/**
 * The machine and the engine for an arm whose policy is `hub()`.
 *
 * @module
 */
import { hubOptions } from "../../../lib/engine/hub.ts";
import { UserError } from "../../../lib/errors.ts";
import type { PlacedEngine } from "../../../lib/experiment/plan.ts";
import type { Settings } from "../../../lib/experiment/settings.ts";
import { type Lack, serverLacks } from "../../tgi/server_lacks.ts";
import { profiles } from "../../tgi/tinker/profile.ts";
import type { PlacementOptions } from "./arm_options.ts";
import {
  type Candidate,
  cheapest,
  type GpuArm,
  type GpuMachine,
  isDownloaded,
  type Shortfall,
  tryMachine,
  type Way,
} from "./candidates.ts";
import type { Machine } from "./machines.ts";
import { modelFacts } from "./model_facts.ts";
import type { ArmToPlace, Chosen } from "./place_arm.ts";
import { mostHours } from "./timeout.ts";
import { short } from "./write_figures.ts";

/**
 * The machine and the engine for an arm: the own trainer where one GPU is enough, else SkyRL on several where the arm asks for
 * nothing that it lacks, else the own trainer with its layers over several GPUs.
 *
 * @param machines Those to choose from; the one that was asked for, if one was.
 * @throws {UserError} If it fits none, or what the user wants cannot be.
 */
export function placeOnGpu(arm: ArmToPlace, machines: readonly Priced[], options: PlacementOptions): Chosen {
  const { model } = hubOptions(arm.settings.policy);
  const facts = modelFacts(model, options.parameters);
  const lacks = skyrlLacks(arm.settings);
  const lacking = lacks.map(({ option, why }) => `${option} ${why}`).join("; ");
  if (options.engine === "skyrl" && lacks.length > 0) {
    const words = lacks.flatMap(({ set }) => set === null ? [] : [`--set '${set}'`]).join(" ");
    throw new UserError(
      `Cannot train arm "${arm.name}" with SkyRL: ${lacking}${
        words === "" ? "; use --engine exitlab" : ` (${words})`
      }`,
    );
  }
  const [asked] = options.flavor === undefined ? [] : machines;
  if (asked !== undefined && asked.accelerators === null && options.engine === "skyrl") {
    throw new UserError(`Cannot train arm "${arm.name}" with SkyRL on ${asked.flavor}, which has no GPU`);
  }
  if (facts === undefined) return placeUnsized(arm, asked, model, options);
  const known = [facts.source, ...facts.guessed === null ? [] : [facts.guessed]];
  const unknown = facts.guessed === null ? [] : [facts.guessed];
  if (asked !== undefined && asked.accelerators === null) {
    return {
      machine: asked,
      engine: "exitlab",
      hours: null,
      arithmetic: [...known, `${asked.flavor} was asked for, which has no GPU`],
      unknown: [...unknown, `How fast ${asked.flavor} trains ${model}, so how long a job takes`],
    };
  }
  const { usable, passedOver } = gpuMachines(machines, asked !== undefined);
  const sized = { settings: arm.settings, facts, tokensPerSecond: options.tokensPerSecond };
  const attempts: Attempt[] = [];
  for (const way of waysOf(options.engine, lacks.length === 0)) {
    const attempt = tryWay(sized, way, usable);
    const best = cheapest(attempt.candidates);
    if (best === undefined) {
      attempts.push(attempt);
      continue;
    }
    const { machine } = best;
    const several = way.engine === "exitlab" && machine.accelerators.count > 1;
    return {
      ...best,
      arithmetic: [
        ...known,
        ...attempts.flatMap(shortestFall).map(capital),
        ...several && lacks.length > 0 ? [`SkyRL cannot train it: ${lacking}`] : [],
        `${
          asked === undefined
            ? `${machine.flavor} was chosen${ofHowMany(attempt)}`
            : `${asked.flavor} was asked for`
        }: ${machine.title}, with ${wayText(way)}`,
        ...passedOver,
        ...best.arithmetic,
      ],
      unknown: [...unknown, ...best.unknown],
    };
  }
  throw new UserError(noPlace(arm.name, attempts, lacking, asked?.flavor));
}

type Priced = Machine & { readonly pricePerHour: number };

/** A way, and what came of it on each machine that it is for. */
interface Attempt {
  readonly way: Way;
  readonly candidates: readonly Candidate[];
  readonly shortfalls: readonly Shortfall[];
}

function tryWay(arm: GpuArm, way: Way, machines: readonly GpuMachine[]): Attempt {
  const tried = machines.filter(({ accelerators }) => way.takes(accelerators.count)).map((machine) =>
    tryMachine(arm, way, machine)
  );
  return {
    way,
    candidates: tried.filter((each) => "engine" in each),
    shortfalls: tried.filter((each) => "why" in each),
  };
}

/** What keeps an arm from SkyRL. */
function skyrlLacks(settings: Settings): Lack[] {
  const { model } = hubOptions(settings.policy);
  const folder: Lack[] = isDownloaded(model) ? [] : [{
    option: "policy.model",
    why: `is "${model}", a folder, and in a job it takes models of the Hub alone`,
    set: null,
  }];
  return [...folder, ...serverLacks(settings, profiles.skyrl)];
}

/** A model of which nothing is known goes where the user says, for as long as the user says. */
function placeUnsized(
  { name }: ArmToPlace,
  asked: Priced | undefined,
  model: string,
  { engine, timeout }: PlacementOptions,
): Chosen {
  if (asked === undefined || timeout === undefined) {
    throw new UserError(
      `Cannot tell how large ${model} is (arm "${name}"); give --parameters N, such as 3.2e9, or both --flavor NAME and ` +
        "--timeout HOURS",
    );
  }
  return {
    machine: asked,
    engine: engine ?? "exitlab",
    hours: null,
    arithmetic: [`${asked.flavor} was asked for`],
    unknown: [
      `How large ${model} is, so whether it fits and how long a job takes; --parameters N would tell`,
    ],
  };
}

/** Machines whose accelerators are known, and a sentence on those that are not. */
function gpuMachines(
  machines: readonly Priced[],
  asked: boolean,
): { readonly usable: readonly GpuMachine[]; readonly passedOver: readonly string[] } {
  const withGpu = machines.flatMap((machine) =>
    machine.accelerators === null ? [] : [{ ...machine, accelerators: machine.accelerators }]
  );
  if (asked) return { usable: withGpu, passedOver: [] };
  const usable = withGpu.filter(({ accelerators: { assumed } }) => assumed !== null && assumed.bfloat16);
  const models = (wanted: (machine: GpuMachine) => boolean): string =>
    [...new Set(withGpu.filter(wanted).map(({ accelerators }) => accelerators.model))].join(", ");
  const strange = models(({ accelerators: { assumed } }) => assumed === null);
  const old = models(({ accelerators: { assumed } }) => assumed !== null && !assumed.bfloat16);
  return {
    usable,
    passedOver: [
      ...strange === ""
        ? []
        : [`Passed over, as nothing is known of how fast they are: ${strange} (--flavor chooses one)`],
      ...old === "" ? [] : [`Passed over, as they have no bfloat16: ${old} (--flavor chooses one)`],
    ],
  };
}

/** The ways in which a policy of `hub()` can be trained, the first that fits is taken. */
function waysOf(engine: PlacedEngine | undefined, skyrlCan: boolean): Way[] {
  const [one, several] = [(gpus: number) => gpus === 1, (gpus: number) => gpus > 1];
  const all: Way[] = [
    { engine: "exitlab", takes: one },
    ...engine === "skyrl" ? [{ engine: "skyrl", takes: () => true } as const] : [],
    ...engine === undefined && skyrlCan ? [{ engine: "skyrl", takes: several } as const] : [],
    { engine: "exitlab", takes: several },
  ];
  return all.filter((way) => engine === undefined || way.engine === engine);
}

function wayText({ engine, takes }: Way): string {
  if (engine === "skyrl") return "SkyRL (FSDP)";
  return takes(1) ? "the own trainer on one GPU" : "the own trainer with its layers over several GPUs";
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** What the machine lacks that lacks least. */
function shortestFall({ way, shortfalls }: Attempt): string[] {
  const [first] = shortfalls.toSorted((a, b) => (a.missing ?? 0) - (b.missing ?? 0));
  return first === undefined ? [] : [`${wayText(way)} ${first.why}`];
}

function ofHowMany({ candidates }: Attempt): string {
  return candidates.length === 1 ? "" : `, the cheapest of ${candidates.length} machines that can do it`;
}

function noPlace(
  name: string,
  attempts: readonly Attempt[],
  lacking: string,
  flavor: string | undefined,
): string {
  const tried = attempts.flatMap(shortestFall);
  const where = flavor === undefined
    ? "No machine of the hardware list can train"
    : `The machine ${flavor} cannot train`;
  if (tried.length === 0) return `${where} arm "${name}": the list has no GPU that is known`;
  const isLong = attempts.some(({ shortfalls }) => shortfalls.some(({ missing }) => missing === null));
  const times = isLong
    ? `; a job may take ${
      short(mostHours)
    } h, so ask for fewer tokens, or for a smaller budget now and more in further jobs`
    : "";
  const skyrl = lacking === "" ? "" : `; SkyRL lacks what it asks for: ${lacking}`;
  return `${where} arm "${name}": ${tried.join("; ")}${times}${skyrl}`;
}
