/**
 * What `deno task eval` measures on: an experiment's arm, or a domain by itself.
 *
 * @module
 */
import type { Domain } from "../../lib/domain/domain.ts";
import { closest } from "../../lib/closest.ts";
import { UserError } from "../../lib/errors.ts";
import { draftArm } from "../../lib/experiment/arm_draft.ts";
import { type Experiment, isExperiment } from "../../lib/experiment/experiment.ts";
import type { Evaluation } from "../../lib/experiment/settings.ts";
import type { OperatorPart } from "../../lib/operator/operator.ts";
import type { CommandLine } from "./command.ts";
import { loadDomains } from "./domains.ts";
import { compileRequest } from "./experiment_options.ts";
import { importModule } from "./import_experiment.ts";
import { loadExperiment } from "./load_experiment.ts";

/** What to measure on, and how unless the command line says otherwise. */
export interface EvalSubject {
  /** The experiment's name, or the domain's. */
  readonly experiment: string;
  /** The experiment's arm; `null` for a domain by itself. */
  readonly arm: string | null;
  /** Where held-out tasks and verdicts come from. */
  readonly domain: Domain;
  /** Word the improve requests. */
  readonly operators: readonly OperatorPart[];
  /** How to measure. */
  readonly evaluation: Evaluation;
  /** The most tokens of a response. */
  readonly maxTokens: number;
  /** Feeds every draw. */
  readonly seed: number;
}

/** The longest response of a hosted model, in tokens, where nobody says. */
const usualMaxTokens = 1024;

/** The most held-out tasks of a domain that are evaluated unless asked for. */
const usualTasks = 64;

/**
 * The subject that FILE and the options name.
 *
 * @throws {UserError} If there is no such file, arm or domain, or an option is of no use to it.
 */
export async function loadSubject(line: CommandLine): Promise<EvalSubject> {
  const [word, ...others] = line.words;
  if (word === undefined) {
    throw new UserError("Expected a FILE, such as experiments/exit_math.ts, but found none");
  }
  if (others.length > 0) {
    throw new UserError(`Expected one FILE but found ${line.words.length}: ${line.words.join(", ")}`);
  }
  const isPlan = /\.(json|ya?ml)$/.test(word);
  if (isPlan || await exportsExperiment(word)) return await experimentSubject(word, line);
  for (const option of ["arm", "set", "quick"]) {
    if (line.flag(option) || line.value(option) !== undefined || line.values(option).length > 0) {
      throw new UserError(`Cannot use --${option} with the domain ${word}: it is about an experiment`);
    }
  }
  const [named, ...more] = await loadDomains(word);
  if (named === undefined || more.length > 0) throw new Error("A domain was loaded as something else");
  const { domain } = named;
  return {
    experiment: domain.kind.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "_").slice(0, 64),
    arm: null,
    domain,
    operators: [],
    evaluation: {
      every: 0,
      steps: 16,
      samples: 1,
      tasks: Math.min(usualTasks, domain.tasks("test").size ?? Infinity),
      temperature: 1,
      topP: 1,
      resamples: 0,
    },
    maxTokens: usualMaxTokens,
    seed: readSeed(line) ?? 1,
  };
}

async function exportsExperiment(word: string): Promise<boolean> {
  if (!/\.[cm]?[jt]s$/.test(word) || await Deno.stat(word).catch(() => undefined) === undefined) return false;
  return isExperiment((await importModule(word)).default);
}

async function experimentSubject(path: string, line: CommandLine): Promise<EvalSubject> {
  const { experiment, plan } = await loadExperiment(path);
  const known = Object.keys(plan?.arms ?? experiment.arms);
  const arm = line.value("arm") ?? fullestArm(experiment, known);
  if (!known.includes(arm)) {
    const guess = closest(arm, known);
    throw new UserError(
      `${path} has no arm "${arm}" (${guess === undefined ? "" : `did you mean "${guess}"? `}arms are ${
        known.join(", ")
      })`,
    );
  }
  const seed = readSeed(line) ?? plan?.seeds[0] ?? experiment.seeds[0] ?? 1;
  const { jobs: [job], plan: compiled } = await compileRequest({
    path,
    // Nothing is trained: any place that could train the arm's policy is as good as another.
    runner: plan === null ? draftArm(experiment, arm).parts.policy.runners[0] : undefined,
    quick: line.flag("quick"),
    arms: [arm],
    seeds: [seed],
    set: line.values("set"),
  });
  if (job === undefined) throw new Error("An arm and a seed gave no job");
  const { domain, operators, evaluate, policy, sampling } = job.settings;
  const isSet = (option: string): boolean => compiled.arms[arm]?.sources[option] === "--set";
  return {
    experiment: experiment.name,
    arm,
    domain,
    operators,
    // What is drawn anew doubles the price: it is for those who ask.
    evaluation: {
      ...evaluate,
      every: 0,
      resamples: isSet("evaluate.resamples") ? evaluate.resamples : 0,
    },
    // A limit in characters is that of a tiny policy, and would cut a hosted model short.
    maxTokens: policy.tokens === "pieces" || isSet("sampling.maxTokens")
      ? sampling.maxTokens
      : usualMaxTokens,
    seed,
  };
}

/** The arm with the most operators, of several the first: its wording is what self-improvement was to be. */
function fullestArm(experiment: Experiment, arms: readonly string[]): string {
  const counts = arms.map((arm) => draftArm(experiment, arm).parts.operators.length);
  return arms[counts.indexOf(Math.max(...counts))] ?? "";
}

function readSeed(line: CommandLine): number | undefined {
  const text = line.value("seed");
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new UserError(`Expected --seed to be a whole number of at least 0 but found "${text}"`);
}
