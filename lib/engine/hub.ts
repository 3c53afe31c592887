import * as v from "valibot";
import { UserError } from "../errors.ts";
import { givenOptions, parseOptions, positive, whole } from "../part.ts";
import type { PolicyPart } from "./engine.ts";
import { type WarmStartInput, type WarmStartOptions, warmStartSchema } from "./warm_start_options.ts";

/** All options of `hub`. */
export type HubOptions = {
  /** The model, as `org/name`. */
  readonly model: string;
  /** A branch, tag or commit of its repository. Default `"main"`. */
  readonly revision: string;
  /** The most tokens that a prompt and its completion may have together. Default 2048. */
  readonly context: number;
  /**
   * What is trained: a low-rank adapter of every linear layer (LoRA, arXiv 2106.09685) whose product is scaled by
   * alpha / rank, or with `null` all parameters, as in the paper. Default `null`; of an adapter, rank 32 and alpha 32.
   */
  readonly adapter: { readonly rank: number; readonly alpha: number } | null;
  /** A supervised warm start, for a model that knows nothing yet. None unless `steps` are given; then of size 1e-4. */
  readonly warmStart: WarmStartOptions;
};

/** Options beside the model, all levels optional. */
export type HubInput = Partial<Omit<HubOptions, "model" | "adapter" | "warmStart">> & {
  readonly adapter?: Partial<NonNullable<HubOptions["adapter"]>> | null;
  readonly warmStart?: WarmStartInput;
};

/** A policy that starts from a model of the Hugging Face Hub. */
export interface HubPart extends PolicyPart {
  /** Always `"hub"`. */
  readonly kind: "hub";
  /** Every option in force. */
  readonly options: HubOptions;
}

const modelForm = 'a model of the Hugging Face Hub as "org/name"';
const revisionForm = "a branch, tag or commit";

const schema = v.strictObject({
  model: v.pipe(v.string(modelForm), v.check(isModel, modelForm)),
  revision: v.optional(
    v.pipe(v.string(revisionForm), v.check((name) => /^\w[\w./-]{0,254}$/.test(name), revisionForm)),
    "main",
  ),
  context: v.optional(whole(8, 1_048_576), 2048),
  adapter: v.optional(
    v.nullable(
      v.strictObject({ rank: v.optional(whole(1, 1024), 32), alpha: v.optional(positive, 32) }),
    ),
    null,
  ),
  warmStart: warmStartSchema({ steps: 0, learningRate: 1e-4 }),
});

/** As the Hub has names: letters, digits, `-`, `_` and `.`; neither `-` nor `.` at an end or doubled. */
function isModel(model: string): boolean {
  const names = model.split("/");
  return names.length === 2 &&
    names.every((name) => /^[\w.-]{1,96}$/.test(name) && !/^[.-]|[.-]$|--|\.\./.test(name));
}

/**
 * A language model of the Hugging Face Hub, to be trained by a server: by the runners `tgi` and `hf`, not by the embedded
 * engine. Tokens are those of the model's own tokenizer, prompts are put in its own chat template.
 *
 * @param model Such as `"HuggingFaceTB/SmolLM2-135M-Instruct"`; one that was trained to follow instructions.
 * @throws {UserError} If the model is not `org/name`, or an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { hub } from "exitlab/lib/engine/hub.ts";
 * import assert from "node:assert/strict";
 *
 * const policy = hub("HuggingFaceTB/SmolLM2-135M-Instruct", { context: 4096, adapter: { rank: 16 } });
 * assert.equal(policy.options.revision, "main");
 * assert.deepEqual(policy.options.adapter, { rank: 16, alpha: 32 });
 * assert.equal(hub("HuggingFaceTB/SmolLM2-135M-Instruct").options.adapter, null);
 * assert.throws(() => hub("SmolLM2"), /a model of the Hugging Face Hub as "org\/name" but found "SmolLM2"/);
 * ```
 */
export function hub(model: string, options: HubInput = {}): HubPart {
  return make({ ...options, model });
}

/**
 * The options of a policy that is a model of the Hugging Face Hub.
 *
 * @throws {UserError} If it is another policy.
 */
export function hubOptions(policy: PolicyPart): HubOptions {
  if (policy.kind !== "hub") {
    throw new UserError(`Expected policy "hub" but found "${policy.kind}": this engine knows no other`);
  }
  return parseOptions(schema, policy.options, "hub()");
}

function make(given: object): HubPart {
  return {
    part: "policy",
    kind: "hub",
    runners: ["tgi", "hf"],
    tokens: "pieces",
    options: parseOptions(schema, given, "hub()"),
    given: givenOptions(given),
    rebuild: make,
  };
}
