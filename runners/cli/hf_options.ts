/**
 * The options that choose machines of the Hub; shared by `plan` and `run`.
 *
 * @module
 */
import { UserError } from "../../lib/errors.ts";
import type { Compiled } from "../../lib/experiment/compile.ts";
import type { ArmPlacement, PlacedEngine, Placement } from "../../lib/experiment/plan.ts";
import type { PlacementOptions } from "../hf/plan/arm_options.ts";
import type { CommandLine, CommandOption } from "./command.ts";
import { hubOption, readHub } from "./hub_access.ts";

const engines = ["embedded", "exitlab", "skyrl"] as const satisfies readonly PlacedEngine[];

/** The options that say where and how jobs run on the Hub. */
export const hfOptions: Readonly<
  Record<
    | "hub"
    | "hardware"
    | "flavor"
    | "engine"
    | "image"
    | "timeout"
    | "max-cost"
    | "parameters"
    | "tokens-per-second"
    | "secret"
    | "namespace",
    CommandOption
  >
> = {
  hub: hubOption,
  hardware: {
    type: "string",
    value: "FILE",
    help: "hf: a saved answer of /api/jobs/hardware instead of the live list",
  },
  flavor: {
    type: "string",
    value: "NAME",
    help: "hf: this machine, such as a100-large; else the cheapest that the engine fits",
  },
  engine: { type: "string", value: "NAME", help: `hf: ${engines.join(", ")}; chosen when left out` },
  image: { type: "string", value: "IMAGE", help: "hf: this container image instead of the engine's" },
  timeout: {
    type: "string",
    value: "HOURS",
    help: "hf: the time-out of a job; from the estimate when left out",
  },
  "max-cost": {
    type: "string",
    value: "USD",
    help: "hf: refuse what may cost more than this, all jobs together",
  },
  parameters: { type: "string", value: "N", help: "hf, tgi: the model's parameters, such as 3.2e9" },
  "tokens-per-second": {
    type: "string",
    value: "N",
    help: "hf: tokens drawn a second as you measured them, instead of the estimate",
  },
  secret: {
    type: "string",
    multiple: true,
    value: "NAME",
    help: "hf: a variable of the environment that jobs get as a secret; only its name is written down",
  },
  namespace: { type: "string", value: "NAME", help: "hf: the user or organisation that jobs belong to" },
};

/** Those of `plan`: a plan is nobody's until it is run. */
export const placementOptions: Omit<typeof hfOptions, "namespace"> = withoutNamespace(hfOptions);

function withoutNamespace(
  { namespace: _, ...others }: typeof hfOptions,
): Omit<typeof hfOptions, "namespace"> {
  return others;
}

/** Options that only a new choice follows from. */
const ofEstimate = ["hardware", "parameters", "tokens-per-second"] as const;

/**
 * Where the jobs of a plan for `hf` run: as its plan file says, or else chosen from the hardware list.
 *
 * @throws {UserError} If an option is wrong or contradicts the plan file, or an arm fits no machine.
 */
export async function readPlacement(line: CommandLine, compiled: Compiled): Promise<Placement> {
  const options = readOptions(line);
  const frozen = compiled.plan.placement;
  // Loaded here, so that a command for another runner does without it.
  const { checkCost, place } = await import("../hf/plan/place.ts");
  if (frozen !== undefined) {
    checkFrozen(frozen, options, line);
    checkCost(frozen, options.maxCost);
    return frozen;
  }
  const { loadHardware } = await import("../hf/plan/hardware_list.ts");
  const file = line.value("hardware");
  const list = await loadHardware({ hub: readHub(line), ...file === undefined ? {} : { file } });
  return place(compiled, list, options);
}

/**
 * Refuses options for the Hub where nothing runs there.
 *
 * @param but Options that the runner takes all the same.
 * @param more Options beside `hfOptions`.
 * @throws {UserError} If one was given.
 */
export function expectNoHub(
  line: CommandLine,
  runner: string,
  but: readonly string[] = [],
  more: Readonly<Record<string, CommandOption>> = {},
): void {
  const given = Object.entries({ ...hfOptions, ...more }).find(([name, { type, multiple }]) =>
    !but.includes(name) &&
    (type === "boolean"
      ? line.flag(name)
      : multiple === true
      ? line.values(name).length > 0
      : line.value(name) !== undefined)
  );
  if (given === undefined) return;
  throw new UserError(
    `Cannot use --${given[0]} on the runner ${runner}, which rents no machine; add --runner hf`,
  );
}

/** Fewer parameters than any model has: whoever writes 3.2 means 3.2e9. */
const fewestParameters = 1000;

/**
 * The value of `--parameters`.
 *
 * @throws {UserError} If it is no number, or too small a one.
 */
export function readParameters(line: CommandLine): number | undefined {
  const parameters = readAmount(line, "parameters", "3.2e9");
  if (parameters === undefined || parameters >= fewestParameters) return parameters;
  throw new UserError(
    `Expected --parameters to be the number of a model's parameters, such as 3.2e9, but found "${
      line.value("parameters")
    }"`,
  );
}

function readOptions(line: CommandLine): PlacementOptions {
  const engine = readEngine(line.value("engine"));
  const flavor = line.value("flavor");
  const image = line.value("image");
  const timeout = readAmount(line, "timeout", "6");
  const maxCost = readAmount(line, "max-cost", "50");
  const parameters = readParameters(line);
  const tokensPerSecond = readAmount(line, "tokens-per-second", "2500");
  return {
    secrets: line.values("secret").map(readSecretName),
    ...flavor === undefined ? {} : { flavor },
    ...engine === undefined ? {} : { engine },
    ...image === undefined ? {} : { image: readImage(image) },
    ...timeout === undefined ? {} : { timeout },
    ...maxCost === undefined ? {} : { maxCost },
    ...parameters === undefined ? {} : { parameters },
    ...tokensPerSecond === undefined ? {} : { tokensPerSecond },
  };
}

function readAmount(line: CommandLine, name: string, example: string): number | undefined {
  const text = line.value(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new UserError(`Expected --${name} to be a number above 0, such as ${example}, but found "${text}"`);
}

function readEngine(text: string | undefined): PlacedEngine | undefined {
  if (text === undefined) return undefined;
  const known = engines.find((name) => name === text);
  if (known !== undefined) return known;
  throw new UserError(`Expected --engine to be one of ${engines.join(", ")} but found "${text}"`);
}

function readImage(text: string): string {
  if (/^[\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(text)) return text;
  throw new UserError(
    `Expected --image to be a container image such as denoland/deno:debian-2.9.6 but found "${text}"`,
  );
}

/** A name, never a value: what looks like a value is not repeated. */
function readSecretName(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(text) && !/^hf_[A-Za-z0-9]{16,}$/.test(text)) return text;
  throw new UserError(
    "Expected --secret to be the name of a variable, such as WANDB_API_KEY, but found something else; its value is read " +
      "from the environment",
  );
}

/** Refuses options that say something else than the plan file. */
function checkFrozen(placement: Placement, options: PlacementOptions, line: CommandLine): void {
  const arms = Object.entries(placement.arms);
  const refuse = (name: string, asked: string | number, arm: string, has: string | number): never => {
    throw new UserError(
      `Cannot use --${name} ${asked} with this plan: it has ${has} for arm "${arm}"; plan again to change it`,
    );
  };
  const checks: readonly [string, string | number | undefined, (arm: ArmPlacement) => string | number][] = [
    ["flavor", options.flavor, ({ flavor }) => flavor],
    ["engine", options.engine, ({ engine }) => engine],
    ["image", options.image, ({ image }) => image],
    ["timeout", options.timeout, ({ timeoutSeconds }) => timeoutSeconds / 3600],
  ];
  for (const [name, asked, has] of checks) {
    if (asked === undefined) continue;
    const other = arms.find(([, arm]) => !isSame(asked, has(arm)));
    if (other !== undefined) refuse(name, asked, other[0], has(other[1]));
  }
  const secret = options.secrets?.find((name) => !placement.secrets.includes(name));
  if (secret !== undefined) {
    throw new UserError(
      `Cannot use --secret ${secret} with this plan: it has ${
        placement.secrets.join(", ") || "none"
      }; plan again to change it`,
    );
  }
  const estimated = ofEstimate.find((name) => line.value(name) !== undefined);
  if (estimated === undefined) return;
  throw new UserError(
    `Cannot use --${estimated} with this plan, whose machines are chosen (${placement.hardware.source}, ` +
      `${placement.hardware.fetched}); plan again to change it`,
  );
}

/** Whether a time-out in hours is the same to the minute, or anything else the same. */
function isSame(asked: string | number, has: string | number): boolean {
  return typeof asked === "number" && typeof has === "number"
    ? Math.ceil(asked * 60) === Math.round(has * 60)
    : asked === has;
}
