/**
 * Parts with literal types and little behaviour, to compose experiments from.
 *
 * @module
 */
import * as v from "valibot";
import type { CurriculumPart } from "../../../lib/curriculum/curriculum.ts";
import { defineDomain } from "../../../lib/domain/define_domain.ts";
import type { Domain, DomainTraits } from "../../../lib/domain/domain.ts";
import { UserError } from "../../../lib/errors.ts";
import type { PolicyPart } from "../../../lib/engine/engine.ts";
import type { ObjectivePart } from "../../../lib/objective/objective.ts";
import type { OperatorPart } from "../../../lib/operator/operator.ts";
import { givenOptions, parseOptions, probability, whole } from "../../../lib/part.ts";

const makeToy = defineDomain({
  name: "toy",
  version: "1",
  schema: v.strictObject({
    size: v.optional(whole(1, 9), 4),
    tests: v.optional(whole(1), 100),
    nested: v.optional(
      v.strictObject({ low: v.optional(v.number(), 0), high: v.optional(v.number(), 1) }),
      {},
    ),
    note: v.exactOptional(v.string()),
  }),
  build: ({ size, tests }) => ({
    traits: { turns: "single", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    longest: { prompt: 2 * size, response: size },
    tasks: (split) => ({
      size: split === "test" ? tests : null,
      at: (index) => ({ id: `${split}-${index}`, task: index }),
    }),
    begin: () => null,
    prompt: (task) => [{ role: "user", content: String(task) }],
    step: (_task, state) => ({ state, verdict: { quality: 1, solved: true, reward: 1 }, done: true }),
  }),
});

/** A domain with a size, held-out tasks and a nested option. */
export const toy = (
  options: { size?: number; tests?: number; nested?: { low?: number; high?: number }; note?: string } = {},
): Domain => makeToy(options);

/** A domain that names no lengths and never runs out of tasks. */
export const endless = (): Domain => {
  const { longest: _, ...domain } = toy();
  const tasks = (): { size: null; at: (index: number) => { id: string; task: number } } => ({
    size: null,
    at: (index) => ({ id: String(index), task: index }),
  });
  return { ...domain, kind: "endless", tasks, rebuild: () => endless() };
};

/** A domain with two options that depend on each other. */
export const ordered = (options: { least?: number; most?: number } = {}): Domain => {
  const { least = 1, most = 5 } = options;
  if (least > most) {
    throw new UserError(`Expected "least" to be at most ${most} but found ${least} in ordered()`);
  }
  return {
    ...toy(),
    kind: "ordered",
    options: { least, most },
    given: givenOptions(options),
    rebuild: (given) => ordered(given),
  };
};

/** A policy with a context. */
export const mind = (options: { context?: number } = {}): PolicyPart & { readonly kind: "mind" } => ({
  part: "policy",
  kind: "mind",
  runners: ["local", "hf"],
  tokens: "characters",
  options: parseOptions(v.strictObject({ context: v.optional(whole(1), 128) }), options, "mind()"),
  given: givenOptions(options),
  rebuild: (given) => mind(given),
});

/** An objective of a certain shape. */
export const plain = (
  options: { groups?: number; groupSize?: number } = {},
): ObjectivePart & { readonly kind: "plain" } => {
  const schema = v.strictObject({ groups: v.optional(whole(1), 32), groupSize: v.optional(whole(1), 8) });
  const inForce = parseOptions(schema, options, "plain()");
  return {
    part: "objective",
    kind: "plain",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => plain(given),
    ...inForce,
    minibatches: 1,
    entropy: 0,
    kl: null,
    redraws: 0,
    correctsSampler: false,
    learningRate: () => 1e-3,
    weightDecay: 0,
    clipNorm: 1,
    advantages: (rewards) => rewards.map(() => 0),
    weigh: () => ({ coefficients: [], entropy: [], clipped: 0, kl: 0 }),
  };
};

const noCreate = (): never => {
  throw new Error("Stub curricula cannot be run");
};

/** A curriculum without partial histories. */
export const uniform = (): CurriculumPart & { readonly kind: "uniform"; readonly histories: false } => ({
  part: "curriculum",
  kind: "uniform",
  options: parseOptions(v.strictObject({}), {}, "uniform()"),
  given: {},
  rebuild: (given) => {
    parseOptions(v.strictObject({}), given, "uniform()");
    return uniform();
  },
  histories: false,
  longestChain: 1,
  create: noCreate,
});

/** A curriculum of chains. */
export const fixedDepth = (
  options: { depth?: number } = {},
): CurriculumPart & { readonly kind: "fixed-depth"; readonly histories: false } => {
  const schema = v.strictObject({ depth: v.optional(whole(1), 4) });
  const inForce = parseOptions(schema, options, "fixedDepth()");
  return {
    ...uniform(),
    kind: "fixed-depth",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => fixedDepth(given),
    longestChain: 1 + inForce.depth,
  };
};

/** A curriculum that keeps partial histories. */
export const exit = (
  options: { probability?: number } = {},
): CurriculumPart & { readonly kind: "exit"; readonly histories: true } => ({
  ...uniform(),
  kind: "exit",
  options: parseOptions(v.strictObject({ probability: v.optional(probability, 0.5) }), options, "exit()"),
  given: givenOptions(options),
  rebuild: (given) => exit(given),
  histories: true,
});

/** A curriculum that asks for a domain of several turns with feedback. */
export const picky = (): CurriculumPart & { readonly kind: "picky"; readonly needs: { turns: "multi" } } => ({
  ...uniform(),
  kind: "picky",
  needs: { turns: "multi" },
  rebuild: () => picky(),
});

/** A domain whose traits are known to the compiler. */
export const singleTurn = (): Domain & { readonly traits: DomainTraits & { readonly turns: "single" } } => ({
  ...toy(),
  traits: { turns: "single", quality: "binary", feedback: false },
});

/** An operator that asks for a better response. */
export const improve = (): OperatorPart & { readonly kind: "improve"; readonly iterates: true } => ({
  part: "operator",
  kind: "improve",
  options: {},
  given: {},
  rebuild: () => improve(),
  iterates: true,
  needsAttempts: true,
  transform: (start) => start,
  word: () => undefined,
});

/** An operator that asks for another response. */
export const diverge = (
  options: { probability?: number } = {},
): OperatorPart & { readonly kind: "diverge"; readonly iterates: true } => ({
  ...improve(),
  kind: "diverge",
  options: parseOptions(v.strictObject({ probability: v.optional(probability, 0.2) }), options, "diverge()"),
  given: givenOptions(options),
  rebuild: (given) => diverge(given),
});

/** An operator that works without partial histories. */
export const bonus = (): OperatorPart & { readonly kind: "bonus"; readonly iterates: false } => ({
  ...improve(),
  kind: "bonus",
  iterates: false,
  needsAttempts: false,
  rebuild: () => bonus(),
});
