/**
 * The options of an experiment that are not parts: names, ranges and defaults.
 *
 * @module
 */
import * as v from "valibot";
import type { Domain } from "../domain/domain.ts";
import { parseOptions, positive, probability, whole } from "../part.ts";
import type { Settings } from "./settings.ts";

/** The groups of plain options. */
export type PlainGroup = "budget" | "sampling" | "evaluate" | "checkpoint";

/** The groups of plain options, in the order that plans print them. */
export const plainGroups = [
  "budget",
  "sampling",
  "evaluate",
  "checkpoint",
] as const satisfies readonly PlainGroup[];

/** The plain options of one arm, every default filled in. */
export type PlainSettings = Pick<Settings, PlainGroup>;

/** The keys of each group of plain options. */
export const plainKeys: { readonly [Group in PlainGroup]: readonly (keyof PlainSettings[Group] & string)[] } =
  {
    budget: ["tokens", "rollouts", "iterations"],
    sampling: ["temperature", "maxTokens", "publishEvery", "maxStaleness"],
    evaluate: ["every", "steps", "samples", "tasks", "temperature", "topP", "resamples", "search"],
    checkpoint: ["every"],
  };

/** The keys of plain options that are objects. */
export const nestedKeys: Readonly<Record<string, readonly string[]>> = {
  "evaluate.search": ["drafts", "debugProbability", "debugDepth"],
};

/** The longest response, in tokens, where a domain does not say. */
const defaultMaxTokens = 256;

/** The most held-out tasks that are evaluated unless asked for. */
const defaultEvaluationTasks = 256;

/**
 * Checks the plain options of one arm and fills in defaults.
 *
 * @param given What the user wrote, by group; a group may be absent.
 * @param domain Decides the defaults of `sampling.maxTokens` and `evaluate.tasks`.
 * @param where What messages put before the group, such as `"arms.exit."`.
 * @throws {UserError} If an option is unknown or out of range.
 */
export function parsePlain(
  given: { readonly [Group in PlainGroup]?: unknown },
  domain: Domain,
  where: string,
): PlainSettings {
  return {
    budget: parseOptions(budget, given.budget ?? {}, `${where}budget`),
    sampling: parseOptions(sampling(domain), given.sampling ?? {}, `${where}sampling`),
    evaluate: parseOptions(evaluation(domain), given.evaluate ?? {}, `${where}evaluate`),
    checkpoint: parseOptions(checkpoint, given.checkpoint ?? {}, `${where}checkpoint`),
  };
}

const limit = v.optional(v.nullable(whole(1)), null);

const budget = v.strictObject({ tokens: limit, rollouts: limit, iterations: limit });

function sampling(domain: Domain) {
  // One token a character is the most that a response can need, and one more ends it.
  const maxTokens = domain.longest === undefined ? defaultMaxTokens : domain.longest.response + 1;
  return v.strictObject({
    temperature: v.optional(positive, 1),
    maxTokens: v.optional(whole(1), maxTokens),
    publishEvery: v.optional(whole(1), 1),
    maxStaleness: v.exactOptional(whole(1)),
  });
}

function evaluation(domain: Domain) {
  const heldOut = domain.tasks("test").size ?? Infinity;
  return v.pipe(
    v.strictObject({
      every: v.optional(whole(0), 50),
      steps: v.optional(whole(0), 16),
      samples: v.optional(whole(1), 2),
      tasks: v.optional(whole(1), Math.min(defaultEvaluationTasks, heldOut)),
      temperature: v.optional(positive, 1),
      topP: v.optional(v.pipe(v.number(), v.check((p) => p > 0 && p <= 1, "a number in (0, 1]")), 1),
      resamples: v.optional(whole(0)),
      search: v.optional(v.nullable(search), null),
    }),
    v.transform(({ search, ...options }) => ({
      ...options,
      // As many as a chain has responses: the same tokens.
      resamples: options.resamples ?? 1 + options.steps,
      // No key without a search, so that a job's hash is what it was before there was any.
      ...search === null ? {} : { search },
    })),
  );
}

const search = v.strictObject({
  drafts: v.optional(whole(1), 1),
  debugProbability: v.optional(probability, 1),
  debugDepth: v.optional(whole(0), 20),
});

const checkpoint = v.strictObject({ every: v.optional(whole(1), 25) });
