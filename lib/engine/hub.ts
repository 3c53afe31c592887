import * as v from "valibot";
import { givenOptions, parseOptions, whole } from "../part.ts";
import type { PolicyPart } from "./engine.ts";

/** All options of `hub`. */
export type HubOptions = {
  /** The model, as `org/name`. */
  readonly model: string;
  /** A branch, tag or commit of its repository. Default `"main"`. */
  readonly revision: string;
  /** The most tokens that a prompt and its completion may have together. Default 2048. */
  readonly context: number;
};

/** Options beside the model, all optional. */
export type HubInput = Partial<Omit<HubOptions, "model">>;

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
});

/** As the Hub has names: letters, digits, `-`, `_` and `.`; neither `-` nor `.` at an end or doubled. */
function isModel(model: string): boolean {
  const names = model.split("/");
  return names.length === 2 &&
    names.every((name) => /^[\w.-]{1,96}$/.test(name) && !/^[.-]|[.-]$|--|\.\./.test(name));
}

/**
 * A language model of the Hugging Face Hub, to be trained on GPUs: by the runners `tgi` and `hf`, not on this machine's
 * CPU. Tokens are those of the model's own tokenizer, prompts are put in its own chat template.
 *
 * @param model Such as `"HuggingFaceTB/SmolLM2-135M-Instruct"`; one that was trained to follow instructions.
 * @throws {UserError} If the model is not `org/name`, or an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { hub } from "exitlab/lib/engine/hub.ts";
 * import assert from "node:assert/strict";
 *
 * const policy = hub("HuggingFaceTB/SmolLM2-135M-Instruct", { context: 4096 });
 * assert.deepEqual(policy.options, {
 *   model: "HuggingFaceTB/SmolLM2-135M-Instruct",
 *   revision: "main",
 *   context: 4096,
 * });
 * assert.throws(() => hub("SmolLM2"), /a model of the Hugging Face Hub as "org\/name" but found "SmolLM2"/);
 * ```
 */
export function hub(model: string, options: HubInput = {}): HubPart {
  return make({ ...options, model });
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
