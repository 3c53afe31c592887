import type { Demonstration, Domain, UsualMode } from "../domain/domain.ts";
import type { Datum, Policy } from "../engine/engine.ts";
import type { WarmStartOptions } from "../engine/warm_start_options.ts";
import { UserError } from "../errors.ts";
import { Random } from "../random.ts";

/** Raised when the recipe below changes, so that weights that an earlier one made are not taken for its own. */
export const warmStartRecipe = 1;

const modes: readonly UsualMode[] = ["base", "improve", "diverge"];

/** How a warm start is watched and stopped. */
export interface WarmStartContext {
  /** Stops after the step under way; what was learned so far is lost. */
  readonly signal: AbortSignal;
  /** Told the step that was finished and its mean loss (nats per response token). */
  readonly progress: (step: number, loss: number) => void;
}

/**
 * Supervised training on a domain's demonstrations, so that a policy that starts from nothing knows the formats and
 * solves a few tasks; reinforcement learning has most of the way to go. The step size rises over the first twentieth
 * of the steps and falls by a cosine to a tenth.
 *
 * @param seed Decides the demonstrations.
 * @returns Whether it came to its end; not if the signal came first.
 * @throws {UserError} If the domain has no demonstrations.
 */
export async function warmStart(
  policy: Policy,
  domain: Domain,
  options: WarmStartOptions,
  seed: number,
  { signal, progress }: WarmStartContext,
): Promise<boolean> {
  const random = demonstrationStream(seed);
  for (let step = 1; step <= options.steps; step++) {
    if (signal.aborted) return false;
    const batch = drawDemonstrations(domain, options, random);
    const { loss } = await policy.forwardBackward(imitate(policy, batch), { temperature: 1 });
    await policy.optimStep({
      learningRate: options.learningRate * schedule(step / options.steps),
      beta1: 0.9,
      beta2: 0.99,
      epsilon: 1e-8,
      weightDecay: 0.01,
      clipNorm: 1,
    });
    progress(step, loss);
  }
  await policy.publish();
  return true;
}

/** The stream of a warm start's demonstrations. */
export function demonstrationStream(seed: number): Random {
  return new Random(seed, "warm start");
}

/**
 * The demonstrations of a step, which follow from the stream.
 *
 * @throws {UserError} If the domain has no demonstrations.
 */
export function drawDemonstrations(
  domain: Domain,
  options: WarmStartOptions,
  random: Random,
): readonly Demonstration[] {
  return Array.from(
    { length: options.batch },
    (_, index) => demonstration(domain, modeOf((index + 0.5) / options.batch, options), random),
  );
}

function schedule(progress: number): number {
  return Math.min(1, progress / 0.05) * (0.1 + 0.9 * (1 + Math.cos(Math.PI * progress)) / 2);
}

/** The mode at a place in [0, 1) of a batch that is laid out by the mix. */
function modeOf(place: number, { mix }: WarmStartOptions): UsualMode {
  let left = place * (mix.base + mix.improve + mix.diverge);
  return modes.find((mode) => (left -= mix[mode]) < 0) ?? "base";
}

function demonstration(domain: Domain, mode: UsualMode, random: Random): Demonstration {
  if (domain.demonstrate === undefined) {
    throw new UserError(
      `Domain "${domain.kind}" has no demonstrations for a warm start; set policy.warmStart.steps to 0`,
    );
  }
  return domain.demonstrate(mode, random);
}

/** Cross-entropy of the responses, as a mean over the batch's response tokens. */
function imitate(policy: Policy, demonstrations: readonly Demonstration[]): Datum[] {
  const sequences = demonstrations.map(({ messages, response }) => ({
    prompt: policy.tokenizer.encodeChat(messages),
    response: policy.tokenizer.encodeResponse(response),
  }));
  const tokens = sequences.reduce((sum, { response }) => sum + response.length, 0);
  return sequences.map(({ prompt, response }) => ({
    tokens: [...prompt, ...response],
    coefficients: new Float32Array(prompt.length + response.length).fill(1 / tokens, prompt.length),
  }));
}
