import type { Demonstration } from "../domain/domain.ts";
import { type Finding, Findings } from "../domain/finding.ts";
import { UserError } from "../errors.ts";
import { checkDraws, checkTopP } from "./conformance_draws.ts";
import { checkCapabilities, checkOpen, checkTokenizer } from "./conformance_model.ts";
import { checkClose, checkRefusal } from "./conformance_refusal.ts";
import { checkPublish, checkSample, checkSampler, checkSeed } from "./conformance_sampling.ts";
import { checkEmbed, checkLogprobs, checkTemperature } from "./conformance_scores.ts";
import { checkCheckpoint, checkLoad, checkReference } from "./conformance_state.ts";
import {
  checkEntropy,
  checkGradient,
  checkReduction,
  checkReport,
  checkStep,
} from "./conformance_training.ts";
import { type Trial, usualLoss } from "./conformance_trial.ts";
import type { Engine, PolicyPart } from "./engine.ts";

/** The rules that an engine is held to, in the order in which they are checked. */
const checks = {
  capabilities: checkCapabilities,
  open: checkOpen,
  tokenizer: checkTokenizer,
  logprobs: checkLogprobs,
  temperature: checkTemperature,
  embed: checkEmbed,
  sample: checkSample,
  sampler: checkSampler,
  seed: checkSeed,
  draws: checkDraws,
  topP: checkTopP,
  publish: checkPublish,
  step: checkStep,
  gradient: checkGradient,
  reduction: checkReduction,
  report: checkReport,
  entropy: checkEntropy,
  load: checkLoad,
  checkpoint: checkCheckpoint,
  reference: checkReference,
  refusal: checkRefusal,
  close: checkClose,
} as const;

/** The name of a check. */
export type EngineCheckName = keyof typeof checks;

/** The names of all checks, in their order. */
export const engineCheckNames: readonly EngineCheckName[] = keysOf(checks);

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  const names: Key[] = [];
  for (const name in record) names.push(name);
  return names;
}

/** What an engine is checked with. */
export interface PolicyEngineCheck {
  /** At least two short prompts and responses, all different, that the tokenizer can encode. Default some in English. */
  readonly examples?: readonly Demonstration[];
  /** Decides initial weights. Default 1. */
  readonly seed?: number;
  /** How far log-probabilities that should agree may be apart (nats). Default 1e-3. */
  readonly tolerance?: number;
  /** A step size of AdamW with which a few steps can be seen and do no harm. Default 1e-2. */
  readonly learningRate?: number;
  /** The checks to run. By default all. */
  readonly only?: readonly EngineCheckName[];
}

const usual: readonly Demonstration[] = [
  { messages: [{ role: "user", content: "2+2=" }], response: "4" },
  { messages: [{ role: "system", content: "Count" }, { role: "user", content: "1 2" }], response: "3, 4" },
  {
    messages: [
      { role: "user", content: "a?" },
      { role: "assistant", content: "b" },
      { role: "user", content: "c?" },
    ],
    response: "d e",
  },
];

/**
 * Checks an engine against its contract with short sequences and few steps: about a second for a tiny transformer.
 * Some thirty policies are opened, one or two at a time; give it the smallest that the engine has. What needs the
 * probability of every token is left out where the vocabulary has more than 1,024, and results need not be the same
 * bits where the engine says that it is not deterministic.
 *
 * A finding's `check` is one of
 *
 * - `"capabilities"`: they are well-formed and always the same; `embed` and `reference` are there as declared;
 * - `"open"`: one seed gives one set of initial weights, and the sampler starts with them;
 * - `"tokenizer"`: ids are of the vocabulary; a response ends with a stop token and can be read back;
 * - `"logprobs"`: one a token, the first 0, none above 0; no token depends on later ones or on the rest of the batch;
 *   all tokens' probabilities sum to 1; results are not overwritten;
 * - `"temperature"`: logits are divided by it;
 * - `"embed"`: the mean hidden state from a token on, under the weights of now;
 * - `"sample"`: a completion for each request, of the vocabulary, within `maxTokens` and the context, which ends with
 *   its first stop token and says so;
 * - `"sampler"`: its log-probabilities are those of `logprobs`, at any temperature and before the cut;
 * - `"seed"`: a completion follows from the request and the weights alone; another seed gives another;
 * - `"draws"`: tokens are drawn as often as they are likely;
 * - `"topP"`: only the most likely tokens are drawn;
 * - `"publish"`: samples follow it, and not training where published weights are held; the version grows by one;
 * - `"step"`: positive coefficients make a sequence more likely, negative ones less; a step of size 0 does nothing;
 * - `"gradient"`: it adds up until a step clears it; its norm is told before clipping, and a step lowers the
 *   loss as it promises;
 * - `"reduction"`: coefficients are summed, or averaged, as declared;
 * - `"report"`: loss, log-probabilities and tokens are those of the batch; the entropy is possible;
 * - `"entropy"`: it is right, and part of the loss and the gradient;
 * - `"load"`: weights, published weights, version and the next step are restored; `"weights"` starts the optimiser anew;
 * - `"checkpoint"`: one that is cut short or another model's is refused with a UserError and changes nothing;
 * - `"reference"`: at first the initial weights; moved by `refresh` alone; saved;
 * - `"refusal"`: input that cannot be is refused and changes nothing;
 * - `"close"`: calls that come later are refused, and to close again is no mistake.
 *
 * What a check throws is a finding of it.
 *
 * @param part The policy to open.
 * @returns What is wrong; empty for an engine that conforms.
 * @throws {UserError} If there are fewer than two examples, or a check is unknown.
 *
 * @example
 * ```ts
 * import { checkPolicyEngine } from "exitlab/lib/engine/conformance.ts";
 * import { tinyTransformer } from "exitlab/lib/engine/tiny_transformer.ts";
 * import { embeddedEngine } from "exitlab/runners/local/engine.ts";
 * import assert from "node:assert/strict";
 *
 * const policy = tinyTransformer({ width: 16, layers: 1, heads: 2, context: 32 });
 * const options = { only: ["logprobs", "gradient"] } as const;
 * assert.deepEqual(await checkPolicyEngine(embeddedEngine({ workers: 1 }), policy, options), []);
 * ```
 */
export async function checkPolicyEngine(
  engine: Engine,
  part: PolicyPart,
  { examples = usual, seed = 1, tolerance = 1e-3, learningRate = 1e-2, only }: PolicyEngineCheck = {},
): Promise<Finding[]> {
  const unknown = only?.find((name) => !Object.hasOwn(checks, name));
  if (unknown !== undefined) {
    throw new UserError(
      `Unknown check "${unknown}" (known are ${engineCheckNames.join(", ")}) in checkPolicyEngine()`,
    );
  }
  if (examples.length < 2) {
    throw new UserError(
      `Expected at least 2 examples but found ${examples.length} in checkPolicyEngine()`,
    );
  }
  const findings = new Findings();
  const capabilities = await findings.attempt(
    "capabilities",
    "capabilities()",
    () => engine.capabilities(),
  );
  if (capabilities === undefined) return findings.all;
  for (const [name, check] of Object.entries(checks)) {
    if (only !== undefined && !only.some((wanted) => wanted === name)) continue;
    const expect: Trial["expect"] = (condition, message) => findings.expect(condition, name, message);
    const warm = usualLoss(capabilities);
    const trial = { engine, part, capabilities, examples, seed, tolerance, learningRate, warm, expect };
    await findings.attempt(name, `The check "${name}"`, () => check(trial));
  }
  return findings.all;
}
