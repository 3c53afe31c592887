/**
 * The words and options that choose what of an experiment to plan or run; shared by `plan` and `run`.
 *
 * @module
 */
import type { RunnerName } from "../../lib/engine/engine.ts";
import { UserError } from "../../lib/errors.ts";
import { compile, type Compiled } from "../../lib/experiment/compile.ts";
import type { Overrides } from "../../lib/experiment/plan.ts";
import type { CommandLine, CommandOption } from "./command.ts";
import { type LoadedExperiment, loadExperiment } from "./load_experiment.ts";
import { parseRunner } from "./runner_names.ts";

/** What a command line asks of an experiment. */
export interface ExperimentRequest extends Overrides {
  /** The experiment's or plan's file. */
  readonly path: string;
  /** Where the jobs are to run; `undefined` for the plan's runner, or else local. */
  readonly runner: RunnerName | undefined;
}

/** The hosts that a command may call. */
export const netOption: CommandOption = {
  type: "string",
  multiple: true,
  value: "HOST",
  help:
    "A host to allow, such as an operator's embedding endpoint or a data set's; one of Hugging Face may get HF_TOKEN",
};

/** The programs that a command may start. */
export const runOption: CommandOption = {
  type: "string",
  multiple: true,
  value: "PROGRAM",
  help: "A program that a domain may start, such as an MCP server's",
};

/** The files that a command may read. */
export const readOption: CommandOption = {
  type: "string",
  multiple: true,
  value: "PATH",
  help: "A file or folder that a domain may read, if it lies elsewhere",
};

/** The options that choose what of an experiment to plan or run. */
export const experimentOptions: Readonly<
  Record<"arm" | "seed" | "set" | "quick" | "runner" | "net" | "read" | "run", CommandOption>
> = {
  arm: { type: "string", multiple: true, value: "NAME", help: "Only this arm" },
  seed: { type: "string", multiple: true, value: "N", help: "This seed instead of the experiment's" },
  set: {
    type: "string",
    multiple: true,
    value: "PATH=VALUE",
    help: "Change an option, such as budget.tokens=200000",
  },
  quick: { type: "boolean", help: "The short form that the experiment declares" },
  runner: {
    type: "string",
    value: "NAME",
    help:
      "Where: local (default, this machine), tgi (a trainer at --url) or hf (rented machines of Hugging Face)",
  },
  net: netOption,
  read: readOption,
  run: runOption,
};

/**
 * Reads FILE and the experiment options.
 *
 * @throws {UserError} If there is not exactly one FILE, or a seed is not a whole number.
 */
export function readExperimentOptions(line: CommandLine): ExperimentRequest {
  const [path, ...others] = line.words;
  if (path === undefined) {
    throw new UserError("Expected a FILE, such as experiments/exit_math.ts, but found none");
  }
  if (others.length > 0) {
    throw new UserError(`Expected one FILE but found ${line.words.length}: ${line.words.join(", ")}`);
  }
  const runner = line.value("runner");
  return {
    path,
    runner: runner === undefined ? undefined : parseRunner(runner),
    quick: line.flag("quick"),
    arms: [...new Set(line.values("arm"))],
    seeds: [...new Set(line.values("seed").map(parseSeed))],
    set: line.values("set"),
  };
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new UserError(`Expected --seed to be a whole number of at least 0 but found "${text}"`);
}

/**
 * Loads the file of a request and compiles it. A plan file fixes settings: `--arm` and `--seed` may choose among what
 * it has, `--set`, `--quick` and another `--runner` are refused.
 *
 * @param fileFor The experiment's file as the plan shall name it. Default as it was given.
 * @throws {UserError} If the file, an arm, a seed, a path or a value is wrong.
 */
export async function compileRequest(
  request: ExperimentRequest,
  fileFor: (file: string) => string = (file) => file,
): Promise<Compiled> {
  const loaded = await loadExperiment(request.path);
  const { quick, arms, seeds, set } = loaded.plan === null ? request : narrow(request, loaded);
  const runner = loaded.plan?.runner ?? request.runner ?? "local";
  const compiled = compile(loaded.experiment, {
    quick,
    arms,
    seeds,
    set,
    runner,
    file: fileFor(loaded.file),
  });
  const placement = loaded.plan?.placement;
  if (placement === undefined) return compiled;
  // Loaded here, so that a plan without machines does without it.
  const { narrowPlacement } = await import("../hf/plan/place.ts");
  const { plan } = compiled;
  return {
    ...compiled,
    plan: { ...plan, placement: narrowPlacement(placement, plan.jobs.map(({ arm }) => arm)) },
  };
}

/** What a plan asks for, restricted to some of its arms and seeds. */
function narrow(request: ExperimentRequest, { plan, overrides }: LoadedExperiment): Overrides {
  if (request.set.length > 0 || request.quick) {
    const option = request.quick ? "--quick" : "--set";
    throw new UserError(`Cannot use ${option} with the plan ${request.path}: a plan fixes its settings`);
  }
  if (request.runner !== undefined && request.runner !== plan?.runner) {
    throw new UserError(
      `Cannot use --runner ${request.runner} with the plan ${request.path}: it was made for ${plan?.runner}`,
    );
  }
  const [knownArms, knownSeeds] = [Object.keys(plan?.arms ?? {}), plan?.seeds ?? []];
  checkIncluded("arm", request.arms, knownArms, request.path);
  checkIncluded("seed", request.seeds, knownSeeds, request.path);
  return {
    ...overrides,
    arms: request.arms.length > 0 ? request.arms : overrides.arms,
    seeds: request.seeds.length > 0 ? request.seeds : overrides.seeds,
  };
}

function checkIncluded<Item>(
  name: string,
  asked: readonly Item[],
  known: readonly Item[],
  path: string,
): void {
  const missing = asked.find((item) => !known.includes(item));
  if (missing === undefined) return;
  throw new UserError(`Plan ${path} has no ${name} "${missing}" (it has ${known.join(", ")})`);
}
