import * as v from "valibot";
import type { JsonObject } from "../json.ts";
import { givenOptions, parseOptions, probability } from "../part.ts";
import type { OperatorPart } from "./operator.ts";
import { type RewardOption, rewardOption, rewardRuleOf } from "./reward_option.ts";
import { wordSections } from "./wording.ts";

/** All options of `promptOperator`. */
export type PromptOperatorOptions = {
  /** Names its mode: small letters, digits and dashes, a letter first. */
  readonly name: string;
  /** What is asked of the current response; stands before the request and the response. */
  readonly instruction: string;
  /** How likely a start with an attempt is asked this. */
  readonly probability: number;
  /** The rule for the rewards of its steps. Default `"domain"`, the rule of the domain. */
  readonly reward: RewardOption;
};

/** What `promptOperator` is given. */
export type PromptOperatorInput<Name extends string = string> =
  & Omit<PromptOperatorOptions, "name" | "reward">
  & { readonly name: Name; readonly reward?: RewardOption };

/** A prompt operator of the user's own. */
export interface PromptOperatorPart<Name extends string = string> extends OperatorPart {
  /** Its mode, too. */
  readonly kind: `custom-${Name}`;
  /** Every option in force. */
  readonly options: PromptOperatorOptions;
  /** It works on partial histories. */
  readonly iterates: true;
  /** Without an attempt it has nothing to do. */
  readonly needsAttempts: true;
}

const where = "promptOperator()";

const schema = v.strictObject({
  name: v.pipe(
    v.string(),
    v.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "small letters, digits and single dashes, a letter first"),
  ),
  instruction: v.pipe(v.string(), v.check((text) => text.trim() !== "", "text that is not blank")),
  probability,
  reward: rewardOption,
});

/**
 * A prompt operator of one's own: a start with an attempt that no operator before it has changed asks, with this
 * probability, what the instruction says. There is one draw for each start with an attempt. The mode is `custom-` and the name. The
 * request is made of the same sections as that of `improve()`, in prose: a domain's compact wording does not know the
 * mode, so the policy must be able to read it.
 *
 * Put it before `improve()`, which takes whatever is left.
 *
 * @throws {UserError} If an option is missing, unknown or out of range.
 *
 * @example
 * ```ts
 * import { promptOperator } from "exitlab/lib/operator/prompt_operator.ts";
 * import assert from "node:assert/strict";
 *
 * const check = promptOperator({
 *   name: "check",
 *   instruction: "Look for a mistake in the current response below, then answer the request again.",
 *   probability: 0.3,
 * });
 * assert.equal(check.kind, "custom-check");
 * assert.equal(check.options.reward, "domain");
 * assert.throws(() => promptOperator({ ...check.options, name: "Check it" }), /small letters, digits/);
 * ```
 */
export function promptOperator<const Name extends string>(
  options: PromptOperatorInput<Name>,
): PromptOperatorPart<Name> {
  return build(options.name, parseOptions(schema, options, where), givenOptions(options));
}

function build<Name extends string>(
  name: Name,
  options: PromptOperatorOptions,
  given: JsonObject,
): PromptOperatorPart<Name> {
  const mode = `custom-${name}` as const;
  return {
    part: "operator",
    kind: mode,
    options,
    given,
    rebuild: (given) => {
      const inForce = parseOptions(schema, given, where);
      return build(inForce.name, inForce, givenOptions(given));
    },
    iterates: true,
    needsAttempts: true,
    ...rewardRuleOf(mode, options.reward),
    transform: (start, random) =>
      start.attempt !== null && random.chance(options.probability) && start.mode === "base"
        ? { ...start, mode }
        : start,
    word: (start, request) => start.mode === mode ? wordSections(options.instruction, request) : undefined,
  };
}
