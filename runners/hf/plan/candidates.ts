/**
 * The machines that can do a job of an arm, each with what it takes there.
 *
 * @module
 */
import { hubOptions } from "../../../lib/engine/hub.ts";
import type { PlacedEngine } from "../../../lib/experiment/plan.ts";
import type { Settings } from "../../../lib/experiment/settings.ts";
import type { Accelerators, Machine } from "./machines.ts";
import { gpuHours } from "./hours.ts";
import { type Memory, ownTrainerMemory, skyrlMemory, usableShare } from "./memory.ts";
import type { ModelFacts } from "./model_facts.ts";
import { isWithinLimit } from "./timeout.ts";
import { workOf } from "./work.ts";
import { gigabytes, hoursText } from "./write_figures.ts";

/** A machine with accelerators. */
export type GpuMachine = Machine & { readonly accelerators: Accelerators; readonly pricePerHour: number };

/** A machine that can do a job, and what that takes. */
export type Candidate = {
  /** The machine. */
  readonly machine: GpuMachine;
  /** The engine on it. */
  readonly engine: Exclude<PlacedEngine, "embedded">;
  /** Hours of one job; `null` where the accelerator is not known. */
  readonly hours: number | null;
  /** What memory and hours are made of. */
  readonly arithmetic: readonly string[];
  /** What is not known. */
  readonly unknown: readonly string[];
};

/** Why a machine cannot do a job. */
export type Shortfall = {
  /** Which. */
  readonly machine: GpuMachine;
  /** Bytes a GPU that are missing; `null` where it is time that is missing. */
  readonly missing: number | null;
  /** What is missing, as the end of a sentence. */
  readonly why: string;
};

/** An engine on machines of a kind. */
export type Way = {
  readonly engine: Exclude<PlacedEngine, "embedded">;
  /** Whether a machine has the number of GPUs that this way is for. */
  readonly takes: (gpus: number) => boolean;
};

/** What of an arm decides where it fits. */
export type GpuArm = {
  readonly settings: Settings;
  readonly facts: ModelFacts;
  readonly tokensPerSecond: number | undefined;
};

/**
 * What a job takes on a machine.
 *
 * @returns A candidate, or what is missing.
 */
export function tryMachine(arm: GpuArm, { engine }: Way, machine: GpuMachine): Candidate | Shortfall {
  const { settings, facts, tokensPerSecond } = arm;
  const { model, context, adapter } = hubOptions(settings.policy);
  const { count, memory, assumed } = machine.accelerators;
  const trained = { facts, rank: adapter?.rank ?? null, context };
  const needed: Memory = engine === "skyrl" ? skyrlMemory(trained, count) : ownTrainerMemory(trained, count);
  const usable = memory === null ? null : memory * usableShare;
  if (usable !== null && needed.bytes > usable) {
    const missing = needed.bytes - usable;
    return {
      machine,
      missing,
      why: `needs ${gigabytes(needed.bytes)} a GPU, ${gigabytes(missing)} more than ${machine.flavor} has`,
    };
  }
  const fits = usable === null
    ? []
    : [`${machine.flavor} has ${gigabytes(usable)} for it: 95 % of ${gigabytes(memory ?? 0)}, so it fits`];
  const unknown = usable === null ? [`How much memory a GPU of ${machine.flavor} has`] : [];
  if (assumed === null) {
    return {
      machine,
      engine,
      hours: null,
      arithmetic: [...needed.sentences, ...fits],
      unknown: [...unknown, `How fast ${machine.accelerators.model} is, so how long a job takes`],
    };
  }
  const work = workOf(settings, context);
  const { hours, sentences } = gpuHours({
    facts,
    adapter: adapter !== null,
    work,
    accelerator: assumed,
    gpus: count,
    engine,
    downloads: isDownloaded(model),
    ...tokensPerSecond === undefined ? {} : { tokensPerSecond },
  });
  if (!isWithinLimit(hours)) {
    return { machine, missing: null, why: `takes ${hoursText(hours)} a job on ${machine.flavor}` };
  }
  return {
    machine,
    engine,
    hours,
    arithmetic: [...needed.sentences, ...fits, ...work.sentences, ...sentences],
    unknown,
  };
}

/** Whether a model comes from the Hub, not from a folder. */
export function isDownloaded(model: string): boolean {
  return !model.startsWith("local/");
}

/** How much dearer a machine may be and count as equal. */
const equal = 1.01;

/** The candidate of the lowest expected cost; of those that cost the same, the fastest. */
export function cheapest(candidates: readonly Candidate[]): Candidate | undefined {
  const hours = (candidate: Candidate): number => candidate.hours ?? Infinity;
  const cost = (candidate: Candidate): number =>
    candidate.hours === null ? Infinity : candidate.hours * candidate.machine.pricePerHour;
  const least = Math.min(...candidates.map(cost));
  return candidates.filter((each) => cost(each) <= least * equal).toSorted((a, b) => hours(a) - hours(b))[0];
}
