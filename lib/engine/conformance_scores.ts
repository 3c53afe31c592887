import { gap, same } from "./conformance_compare.ts";
import { learn } from "./conformance_steps.ts";
import { fillContext, nextLogprobs, sequencesOf, type Trial, withPolicy } from "./conformance_trial.ts";
import type { Policy, Span, TokenSequence } from "./engine.ts";

/** Log-probabilities are those of a language model, whatever else is in the batch. */
export async function checkLogprobs(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    const { tolerance } = trial;
    const sequences = sequencesOf(examples);
    const scored = await policy.logprobs(sequences, trial.warm);
    const kept = scored.map((logprobs) => logprobs.slice());
    trial.expect(
      scored.length === sequences.length &&
        scored.every(({ length }, at) => length === sequences[at]?.length),
      "logprobs() does not give a number for each token of each sequence",
    );
    trial.expect(scored.every(([first]) => first === 0), "The first log-probability of a sequence is not 0");
    trial.expect(
      scored.every((logprobs) => logprobs.every((logprob) => Number.isFinite(logprob) && logprob <= 0)),
      "A log-probability is not finite, or above 0",
    );
    const again = await policy.logprobs(sequences, trial.warm);
    trial.expect(same(trial, again, kept), "The same sequences have other log-probabilities the second time");
    const reversed = (await policy.logprobs(sequences.toReversed(), trial.warm)).toReversed();
    const alone = await policy.logprobs(sequences.slice(-1), trial.warm);
    trial.expect(
      gap(reversed, kept) <= tolerance && gap(alone, kept.slice(-1)) <= tolerance,
      "A sequence has other log-probabilities in another batch",
    );
    const heads = await policy.logprobs(sequences.map((tokens) => tokens.slice(0, -1)), trial.warm);
    trial.expect(
      gap(heads, kept.map((logprobs) => logprobs.subarray(0, -1))) <= tolerance,
      "The log-probability of a token depends on tokens after it",
    );
    const longest = fillContext(policy, examples, 0);
    if (longest !== undefined) {
      trial.expect(
        (await policy.logprobs([longest], trial.warm))[0]?.length === policy.context,
        "A sequence that fills the context is not scored",
      );
    }
    const next = await nextLogprobs(policy, examples[0]?.prompt ?? [], trial.warm);
    trial.expect(
      next === undefined || Math.abs(Math.log(sumOfExp(next))) <= tolerance,
      "The probabilities of all tokens after a prompt do not sum to 1",
    );
    trial.expect(gap(scored, kept) === 0, "A result of logprobs() changes while the policy is used");
  });
}

/** Logits are divided by the temperature. */
export async function checkTemperature(trial: Trial): Promise<void> {
  if (!trial.capabilities.temperature) return;
  await withPolicy(trial, async (policy, examples) => {
    await learn(trial, policy, examples, 2);
    const sequences = sequencesOf(examples);
    const [cold, hot] = [
      await policy.logprobs(sequences, { temperature: 0.5 }),
      await policy.logprobs(sequences, { temperature: 2 }),
    ];
    trial.expect(gap(cold, hot) > trial.tolerance, "Log-probabilities do not depend on the temperature");
    const { prompt = [] } = examples[0] ?? {};
    const at = (temperature: number): Promise<number[] | undefined> =>
      nextLogprobs(policy, prompt, { temperature });
    const [untempered, tempered] = [await at(1), await at(0.5)];
    if (untempered === undefined || tempered === undefined) return;
    const logits = untempered.map((logprob) => logprob / 0.5);
    const logTotal = Math.log(sumOfExp(logits));
    trial.expect(
      gap([logits.map((logit) => logit - logTotal)], [tempered]) <= trial.tolerance,
      "Log-probabilities at temperature 0.5 are not those of logits divided by it",
    );
  });
}

function sumOfExp(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + Math.exp(value), 0);
}

/** An embedding is the mean of the hidden states from a token on, under the weights of now. */
export async function checkEmbed(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    if (policy.embed === undefined) return;
    const spans = examples.map(({ tokens, prompt }): Span => ({ tokens, from: prompt.length }));
    const embedded = await policy.embed(spans);
    const length = embedded[0]?.length ?? 0;
    trial.expect(
      embedded.length === spans.length && length > 0 &&
        embedded.every((vector) => vector.length === length && vector.every(Number.isFinite)),
      "embed() does not give a vector of finite numbers, all as long, for each span",
    );
    trial.expect(
      same(trial, await policy.embed(spans), embedded),
      "The same span has another embedding the second time",
    );
    const reversed = (await policy.embed(spans.toReversed())).toReversed();
    trial.expect(gap(reversed, embedded) <= trial.tolerance, "A span has another embedding in another batch");
    trial.expect(
      embedded.every((vector, at) => gap([vector], [embedded[at - 1] ?? []]) > trial.tolerance),
      "Different spans have the same embedding",
    );
    trial.expect(
      await isMean(policy, examples[0]?.tokens ?? [], trial.tolerance),
      "An embedding is not the mean over its tokens",
    );
    await learn(trial, policy, examples, 2);
    trial.expect(
      gap(await policy.embed(spans), embedded) > trial.tolerance,
      "Embeddings do not follow the weights of now",
    );
  });
}

/** Whether the last two tokens are embedded as the mean of both; a sequence that ends before the last gives the other. */
async function isMean(policy: Policy, tokens: TokenSequence, tolerance: number): Promise<boolean> {
  const from = tokens.length - 2;
  const [both = [], last = [], before = []] = await policy.embed?.([
    { tokens, from },
    { tokens, from: from + 1 },
    { tokens: tokens.slice(0, -1), from },
  ]) ?? [];
  return gap([Array.from(last, (value, at) => (value + (before[at] ?? NaN)) / 2)], [both]) <= tolerance;
}
