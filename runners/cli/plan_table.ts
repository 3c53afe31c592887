import { getAt } from "../../lib/experiment/json_path.ts";
import type { Plan, PlannedArm } from "../../lib/experiment/plan.ts";
import type { Arithmetic } from "../../lib/experiment/arithmetic.ts";
import { isJsonArray, isJsonObject, type Json } from "../../lib/json.ts";
import { placementTable } from "./placement_table.ts";
import { section } from "./plan_section.ts";

/**
 * A plan for a reader: what differs between arms, the batch arithmetic, expected tokens, where it runs and the runs.
 *
 * @param all Every option instead of those that differ, each with the layer that decided it.
 * @param access Lines on what domains and operators touch.
 * @param more Lines before the runs, such as how to start a server.
 */
export function planTable(
  plan: Plan,
  all: boolean,
  access: readonly string[] = [],
  more: readonly string[] = [],
): string {
  const arms = Object.entries(plan.arms);
  const armNames = arms.map(([name]) => name);
  const { estimate } = plan;
  return [
    `Experiment ${plan.name}${plan.experiment.file === null ? "" : ` (${plan.experiment.file})`}`,
    `Plan ${plan.hash}`,
    `Runner ${plan.runner}, ${count(arms.length, "arm")} × ${count(plan.seeds.length, "seed")} ` +
    `(${plan.seeds.join(", ")}) = ${count(plan.jobs.length, "run")}`,
    `Generated tokens, at most: ${number(estimate.tokens)} = ${number(estimate.trainingTokens)} to train + ` +
    `${number(estimate.evaluationTokens)} to evaluate`,
    ...section([all ? "Options (who decided)" : "What differs", ...armNames], optionRows(arms, all)),
    ...section(["Each run, at full length", ...armNames], arithmeticRows(arms)),
    ...access,
    ...plan.placement === undefined ? [] : placementTable(plan.placement, plan.jobs.length),
    ...more,
    "",
    "Runs",
    ...plan.jobs.map(({ id }) => `  ${id}`),
    ...all ? [] : ["", "With --all: every option, and which layer set it"],
  ].join("\n");
}

type Arms = readonly (readonly [name: string, arm: PlannedArm])[];

/** One row an option, with its value in each arm. */
function optionRows(arms: Arms, all: boolean): string[][] {
  const paths = new Set(arms.flatMap(([, { sources }]) => Object.keys(sources)));
  return [...paths].map((path) => ({
    path,
    values: arms.map(([, arm]) => valueAt(arm, path)),
    sources: arms.map(([, { sources }]) => sources[path]),
  }))
    .filter(({ values }) => all || new Set(values).size > 1)
    .map(({ path, values, sources }) => [
      path,
      ...values.map((value, index) => all && value !== absent ? `${value} (${sources[index]})` : value),
    ]);
}

const absent = "-";

/** An option's value; for a part itself, what kind it is. */
function valueAt({ settings, sources }: PlannedArm, path: string): string {
  if (sources[path] === undefined) return absent;
  const [head = "", ...rest] = path.split(".");
  const value = settings[head];
  if (value !== undefined && isJsonArray(value)) return operatorValue(value, rest);
  if (!isJsonObject(value)) return absent;
  if (rest.length === 0) return show(value.kind);
  return show(isJsonObject(value.options) ? getAt(value.options, rest) : getAt(value, rest));
}

function operatorValue(operators: readonly Json[], [kind, ...option]: readonly string[]): string {
  const parts = operators.filter(isJsonObject);
  if (kind === undefined) return parts.map((part) => show(part.kind)).join(", ") || "none";
  const part = parts.find((candidate) => candidate.kind === kind);
  if (option.length === 0) return part === undefined ? absent : "yes";
  return show(isJsonObject(part?.options) ? getAt(part.options, option) : undefined);
}

function show(value: Json | undefined): string {
  if (value === undefined) return absent;
  if (typeof value === "number") return number(value);
  return typeof value === "string" ? value : value === null ? "none" : JSON.stringify(value);
}

const arithmeticLabels: readonly (readonly [label: string, figure: (a: Arithmetic) => string])[] = [
  ["groups × completions", ({ groups, groupSize }) => `${number(groups)} × ${number(groupSize)}`],
  ["starts an iteration", ({ startsPerIteration }) => number(startsPerIteration)],
  ["episodes an iteration", ({ rolloutsPerIteration }) => number(rolloutsPerIteration)],
  ["completions an iteration", ({ completionsPerIteration }) => number(completionsPerIteration)],
  ["tokens a completion", ({ maxTokens }) => number(maxTokens)],
  ["tokens an iteration", ({ tokensPerIteration }) => number(tokensPerIteration)],
  ["iterations", ({ iterations }) => number(iterations)],
  ["episodes", ({ rollouts }) => number(rollouts)],
  ["tokens to train", ({ trainingTokens }) => number(trainingTokens)],
  ["evaluations", ({ evaluations }) => number(evaluations)],
  ["completions to evaluate", ({ evaluationCompletions }) => number(evaluationCompletions)],
  ["tokens to evaluate", ({ evaluationTokens }) => number(evaluationTokens)],
];

function arithmeticRows(arms: Arms): string[][] {
  const rows = arithmeticLabels.map(([label, figure]) => [
    label,
    ...arms.map(([, arm]) => figure(arm.arithmetic)),
  ]);
  const severalTurns = arms.some(([, { arithmetic }]) => arithmetic.turns !== undefined);
  return severalTurns
    ? [["turns an episode", ...arms.map(([, arm]) => turnsText(arm.arithmetic))], ...rows]
    : rows;
}

/** The turns of an episode, by which the figures below are multiplied. */
function turnsText({ turns }: Arithmetic): string {
  if (turns === undefined) return "1";
  if (turns === null) return "unknown: 1";
  const { train, test } = turns;
  return train === test ? `up to ${number(train)}` : `up to ${number(train)}, ${number(test)} in tests`;
}

/** A number with commas between thousands, and no digit lost. */
function number(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 17 });
}

function count(amount: number, noun: string): string {
  return `${number(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}
