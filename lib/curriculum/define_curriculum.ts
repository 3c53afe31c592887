import * as v from "valibot";
import type { DomainTraits } from "../domain/domain.ts";
import type { Json, JsonObject } from "../json.ts";
import { givenOptions, type OptionSchema, parseOptions } from "../part.ts";
import type { Random } from "../random.ts";
import type {
  Curriculum,
  CurriculumContext,
  CurriculumPart,
  GroupOutcome,
  SpaceEntry,
} from "./curriculum.ts";
import { checkCount, RootSampler } from "./root_sampler.ts";
import { anyJson, randomState, restoreState } from "./saved_state.ts";
import type { Start } from "./start.ts";

/** What remembers something, and can be stored and restored: a `scoredSpace`, a `KeptValue`, or one's own. */
export interface Keeper {
  /** Everything that its future depends on, as plain JSON. */
  state(): Json;
  /**
   * Continues from a saved state.
   *
   * @throws {TypeError} If the state is not one that `state` gave; then nothing is changed.
   */
  restore(state: Json): void;
}

/** What a curriculum of one's own works with. */
export interface CurriculumTools {
  /** Draws root tasks: no root twice in a batch while there are enough. */
  readonly roots: RootSampler;
  /** How many roots there are; `null` when there is no end. */
  readonly rootCount: number | null;
  /** The curriculum's own stream: the only source of chance. */
  readonly random: Random;
  /** Whether an operator works on attempts; without one, outcomes have no histories with an attempt. */
  readonly iterates: boolean;
}

/** A curriculum, without what `defineCurriculum` adds. */
export interface CurriculumBehaviour {
  /** All that it remembers, by name. Stored and restored together with the random stream; nothing when left out. */
  readonly keeps?: Readonly<Record<string, Keeper>>;
  /**
   * The next starts: as many as `count`, which is at least 1. A start with a chain counts `1 + chain`. The mode is set to
   * `"base"`: what a history is asked is for the operators to say.
   */
  next(count: number): readonly Start[];
  /** Takes in what became of starts that `next` gave. Where no operator works on attempts, successors with one are left out. */
  observe?(outcomes: readonly GroupOutcome[]): void;
  /** The starts that it holds, with their scores; none when left out. */
  space?(): SpaceEntry[];
  /** Figures for the step's record, all finite; none when left out. */
  metrics?(): Record<string, number>;
}

/** What `defineCurriculum` needs. */
export interface CurriculumDefinition<Options extends JsonObject> {
  /** The curriculum's name, as in plans and in SQL. */
  readonly name: string;
  /** Names, ranges and defaults of the options. */
  readonly schema: OptionSchema<Options>;
  /** Whether it starts episodes from partial histories. */
  readonly histories: boolean;
  /** Whether it would hold nothing if no operator worked on partial histories. Default `false`. */
  readonly needsOperators?: boolean;
  /** What it asks of a domain; nothing when left out. */
  readonly needs?: Partial<DomainTraits>;
  /** The most completions that one rollout of a start asks for under these options. Default 1. */
  longestChain?(options: Options): number;
  /** Makes one, in the state before the first batch. */
  create(options: Options, tools: CurriculumTools): CurriculumBehaviour;
}

const savedSchema = v.strictObject({
  random: randomState,
  roots: anyJson,
  keeps: v.record(v.string(), anyJson),
});

/**
 * Makes the factory of a curriculum from its options and behaviour. It sees to options, refusals, the random stream, the
 * draw of roots, and to storing and restoring; `checkCurriculum` says whether the rest keeps the contract.
 *
 * @example
 * ```ts
 * import { checkCurriculum, defineCurriculum, groupVariance, scoredSpace, whole } from "exitlab";
 * import * as v from "valibot";
 * import assert from "node:assert/strict";
 *
 * // Half of each batch is replayed by the variance of its rewards, the other half is fresh.
 * const half = defineCurriculum({
 *   name: "half",
 *   schema: v.strictObject({ capacity: v.optional(whole(1), 256) }),
 *   histories: true,
 *   create: ({ capacity }: { readonly capacity: number }, { roots, random }) => {
 *     const space = scoredSpace({ capacity });
 *     return {
 *       keeps: { space },
 *       next: (count) => {
 *         const replayed = space.draw(random, space.size === 0 ? 0 : Math.floor(count / 2));
 *         return [...replayed, ...roots.draw(count - replayed.length)];
 *       },
 *       observe: (outcomes) => {
 *         for (const { start, rollouts } of outcomes) {
 *           const score = groupVariance(rollouts, "reward");
 *           if (space.has(start.id)) space.measure(start.id, score);
 *           for (const history of rollouts[0]?.successors ?? []) space.offer(history, score);
 *         }
 *       },
 *       space: () => space.entries(),
 *     };
 *   },
 * });
 *
 * assert.deepEqual(await checkCurriculum(half({ capacity: 64 })), []);
 * assert.throws(() => half({ capcity: 64 }), /Did you mean "capacity"/);
 * ```
 */
export function defineCurriculum<Options extends JsonObject>(
  definition: CurriculumDefinition<Options>,
): (given?: object) => CurriculumPart {
  const { name, schema, histories, needsOperators, needs } = definition;
  const make = (given: object = {}): CurriculumPart => {
    const options = parseOptions(schema, given, `${name}()`);
    return {
      part: "curriculum",
      kind: name,
      options,
      given: givenOptions(given),
      rebuild: make,
      histories,
      ...needsOperators === undefined ? {} : { needsOperators },
      ...needs === undefined ? {} : { needs },
      longestChain: definition.longestChain?.(options) ?? 1,
      create: (context) => curriculumOf((tools) => definition.create(options, tools), context),
    };
  };
  return make;
}

function curriculumOf(
  create: (tools: CurriculumTools) => CurriculumBehaviour,
  { roots, random, iterates }: CurriculumContext,
): Curriculum {
  const sampler = new RootSampler(roots, random);
  const behaviour = create({ roots: sampler, rootCount: roots.size, random, iterates });
  const { keeps = {} } = behaviour;
  return {
    next: (count) => {
      checkCount(count);
      return behaviour.next(count).map((start) => start.mode === "base" ? start : { ...start, mode: "base" });
    },
    observe: (outcomes) => behaviour.observe?.(iterates ? outcomes : outcomes.map(withoutAttempts)),
    space: () => behaviour.space?.() ?? [],
    state: () => ({
      random: random.state(),
      roots: sampler.state(),
      keeps: Object.fromEntries(Object.entries(keeps).map(([key, keeper]) => [key, keeper.state()])),
    }),
    restore: (state) => {
      const saved = restoreState(savedSchema, state, "curriculum");
      const before = Object.entries(keeps).map(([key, keeper]) => ({ key, keeper, state: keeper.state() }));
      try {
        for (const { key, keeper } of before) {
          const own = saved.keeps[key];
          if (own === undefined) throw new TypeError(`Cannot restore the curriculum: "${key}" is missing`);
          keeper.restore(own);
        }
        sampler.restore(saved.roots);
      } catch (error) {
        // One may have been restored before another refused.
        for (const { keeper, state } of before) keeper.restore(state);
        throw error;
      }
      random.restore(saved.random);
    },
    metrics: () => behaviour.metrics?.() ?? {},
  };
}

/** The outcome without the histories that nothing works on: those with an attempt. */
function withoutAttempts(outcome: GroupOutcome): GroupOutcome {
  return {
    ...outcome,
    rollouts: outcome.rollouts.map((rollout) => ({
      ...rollout,
      successors: rollout.successors.filter(({ attempt }) => attempt === null),
    })),
  };
}
