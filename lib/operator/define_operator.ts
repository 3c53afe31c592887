import type { DomainTraits } from "../domain/domain.ts";
import type { JsonObject } from "../json.ts";
import { givenOptions, type OptionSchema, parseOptions } from "../part.ts";
import type { OperatorPart } from "./operator.ts";

/** What an operator changes; whatever is left out stays as it is. */
export type OperatorBehaviour = Partial<
  Pick<OperatorPart, "transform" | "word" | "rewardRule" | "rewards" | "factors" | "imitations" | "hosts">
>;

/** What `defineOperator` needs. */
export interface OperatorDefinition<Options extends JsonObject> {
  /** The operator's name, as in plans and in `--set operators.NAME.option`. */
  readonly name: string;
  /** Names, ranges and defaults of the options. */
  readonly schema: OptionSchema<Options>;
  /** Whether it asks anything of partial histories, so that a curriculum keeps them. Default `false`. */
  readonly iterates?: boolean;
  /** Whether it has nothing to do where every response is a first attempt. */
  readonly needsAttempts: boolean;
  /** What it asks of a domain; nothing when left out. */
  readonly needs?: Partial<DomainTraits>;
  /** Whether `factors` asks the policy for embeddings. Default `false`. */
  readonly embeds?: boolean;
  /** The operator under these options. */
  build(options: Options): OperatorBehaviour;
}

/**
 * Makes the factory of an operator from its options and behaviour. `checkOperator` says whether it keeps the contract.
 *
 * @example
 * ```ts
 * import { checkOperator, defineOperator, probability } from "exitlab";
 * import * as v from "valibot";
 * import assert from "node:assert/strict";
 *
 * // Only a share of each reward counts where nothing was changed.
 * const copyTax = defineOperator({
 *   name: "copy-tax",
 *   schema: v.strictObject({ tax: v.optional(probability, 0.5) }),
 *   needsAttempts: true,
 *   build: ({ tax }: { readonly tax: number }) => ({
 *     rewards: ({ rollouts }) =>
 *       rollouts.map(({ before, responses, reward }) =>
 *         before?.response === responses[0] ? reward * (1 - tax) : reward
 *       ),
 *   }),
 * });
 *
 * assert.equal(copyTax().options.tax, 0.5);
 * assert.deepEqual(await checkOperator(copyTax({ tax: 0.2 })), []);
 * ```
 */
export function defineOperator<Options extends JsonObject>(
  definition: OperatorDefinition<Options>,
): (given?: object) => OperatorPart {
  const { name, schema, iterates = false, needsAttempts, needs, embeds } = definition;
  const make = (given: object = {}): OperatorPart => {
    const options = parseOptions(schema, given, `${name}()`);
    return {
      transform: (start) => start,
      word: () => undefined,
      ...definition.build(options),
      part: "operator",
      kind: name,
      options,
      given: givenOptions(given),
      rebuild: make,
      iterates,
      needsAttempts,
      ...needs === undefined ? {} : { needs },
      ...embeds === undefined ? {} : { embeds },
    };
  };
  return make;
}
