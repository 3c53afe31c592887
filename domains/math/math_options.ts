/**
 * The options of `math()`: what may be given, and what a plan shows of them.
 *
 * @module
 */
import * as v from "valibot";
import {
  canonicalJson,
  isJsonObject,
  type Json,
  type JsonObject,
  probability,
  UserError,
  whole,
} from "../../lib/domain/mod.ts";
import type { ProblemSource } from "./problems/problem.ts";
import type { SplitRules } from "./splits.ts";

/** Options of `math`; all but the source may be left out. */
export interface MathInput {
  /** The problems to train on. */
  readonly source: ProblemSource;
  /**
   * The benchmarks to hold out: the test side of each, or all of one that has no split of its own. Default the test side
   * of `source`, or where it has none a share of it.
   */
  readonly heldOut?: readonly ProblemSource[];
  /** How many problems train; a random subset that `seed` decides. Default `"all"`. */
  readonly trainingTasks?: number | "all";
  /** The most problems of each benchmark. Default `"all"`. */
  readonly testTasks?: number | "all";
  /** The share in (0, 1) of `source` that is held out where nothing else is; else it may not be given. Default 0.1. */
  readonly heldOutShare?: number;
  /** Decides which problems train and are tested, and in which order; a run's own seed has no part in it. Default 0. */
  readonly seed?: number;
}

/** The sources that a domain was made from. They are no JSON: what stands for them in a plan is their descriptions. */
export interface Sources {
  /** As given. */
  readonly source: ProblemSource;
  /** As given; `undefined` if not. */
  readonly heldOut: readonly ProblemSource[] | undefined;
}

const sourceForm = "problems, such as gsm8k(), or await problemFile(…)";

const source = v.custom<ProblemSource>(isSource, sourceForm);

/** A source, by what the domain uses of it: also one of a user's own making. */
function isSource(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (!("name" in value && "description" in value && "train" in value && "test" in value)) return false;
  return typeof value.name === "string" && typeof value.description === "object" &&
    Array.isArray(value.train) && (value.test === null || Array.isArray(value.test));
}

const someOrAll = v.optional(
  v.union([whole(1), v.literal("all")], 'a whole number of at least 1, or "all"'),
  "all",
);

const insideShare = "a share above 0 and below 1";

/** The schema of what `math` is given. */
export const mathSchema = v.pipe(
  v.strictObject({
    source,
    heldOut: v.exactOptional(v.pipe(v.array(source), v.minLength(1, "a list of at least one benchmark"))),
    trainingTasks: someOrAll,
    testTasks: someOrAll,
    heldOutShare: v.exactOptional(
      v.pipe(probability, v.check((share) => share > 0 && share < 1, insideShare)),
    ),
    seed: v.optional(whole(0), 0),
  }),
  v.forward(
    v.check(
      ({ heldOut = [] }) => new Set(heldOut.map(({ name }) => name)).size === heldOut.length,
      "sources of different names",
    ),
    ["heldOut"],
  ),
  v.forward(
    v.check(
      ({ source, heldOut, heldOutShare }) =>
        heldOutShare === undefined || (heldOut === undefined && source.test === null),
      'left out beside "heldOut" and for a source with a split of its own',
    ),
    ["heldOutShare"],
  ),
);

/** The rules in force. */
export function splitRules(
  { trainingTasks, testTasks, heldOutShare = 0.1, seed }: v.InferOutput<typeof mathSchema>,
): SplitRules {
  return { trainingTasks, testTasks, heldOutShare, seed };
}

/** What stands for sources in JSON. */
export function describeSources(
  { source, heldOut }: Sources,
): { source: JsonObject; heldOut?: JsonObject[] } {
  return {
    source: source.description,
    ...heldOut === undefined ? {} : { heldOut: heldOut.map(({ description }) => description) },
  };
}

/**
 * Puts the sources back where a changed set of options has what stands for them.
 *
 * @throws {UserError} If their description was changed: they are values, which a word cannot be made into.
 */
export function restoreSources(given: JsonObject, sources: Sources): object {
  const described: JsonObject = describeSources(sources);
  for (const name of ["source", "heldOut"]) {
    const [now, was] = [given[name], described[name]];
    if (now === undefined || (was !== undefined && canonicalJson(now) === canonicalJson(was))) continue;
    throw new UserError(
      `Cannot change "${
        changedPath(name, was, now)
      }" from outside: problems are values of the experiment file; ` +
        "change them there",
    );
  }
  const { source, heldOut } = sources;
  return { ...given, source, ...heldOut === undefined ? {} : { heldOut } };
}

function changedPath(name: string, was: Json | undefined, now: Json): string {
  if (!isJsonObject(was) || !isJsonObject(now)) return name;
  const keys = new Set([...Object.keys(was), ...Object.keys(now)]);
  const changed = [...keys].find((key) =>
    canonicalJson(was[key] ?? null) !== canonicalJson(now[key] ?? null)
  );
  return changed === undefined ? name : `${name}.${changed}`;
}
