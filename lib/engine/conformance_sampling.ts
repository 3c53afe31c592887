import { same, sameTokens, samplerGap } from "./conformance_compare.ts";
import { learn } from "./conformance_steps.ts";
import { fillContext, plain, requestsFor, sequencesOf, type Trial, withPolicy } from "./conformance_trial.ts";
import type { Completion, Policy, SampleRequest } from "./engine.ts";

/** Steps after which a tiny model has learned to end a response, so that some completions stop and some do not. */
const untilStops = 8;

/** A request is answered by one completion within its limits. */
export async function checkSample(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    await learn(trial, policy, examples, untilStops);
    await policy.publish();
    const requests = [1, 3, 8].flatMap((maxTokens) => requestsFor(examples, { maxTokens, ...trial.warm }));
    const full = fillContext(policy, examples, 2);
    if (full !== undefined) requests.push({ prompt: full, maxTokens: 5, temperature: 1, topP: 1, seed: 1 });
    const completions = await policy.sample(requests);
    trial.expect(
      completions.length === requests.length,
      `${requests.length} requests are answered by ${completions.length} completions`,
    );
    for (const [at, completion] of completions.entries()) {
      const request = requests[at];
      if (request === undefined) break;
      for (const [holds, message] of rules(policy, request, completion)) trial.expect(holds, message);
    }
  });
}

function rules(
  { tokenizer, context }: Policy,
  { prompt, maxTokens }: SampleRequest,
  { tokens, logprobs, finish }: Completion,
): [holds: boolean, message: string][] {
  const { vocabulary, stop } = tokenizer;
  const stopAt = tokens.findIndex((id) => stop.includes(id));
  return [
    [tokens.length >= 1, "A completion has no tokens"],
    [tokens.length <= maxTokens, "A completion has more tokens than maxTokens"],
    [
      prompt.length + tokens.length <= context,
      "A prompt and its completion have more tokens than the context",
    ],
    [
      tokens.every((id) => Number.isInteger(id) && id >= 0 && id < vocabulary),
      "A completion has ids outside the vocabulary",
    ],
    [logprobs.length === tokens.length, "A completion does not have a log-probability for each token"],
    [
      logprobs.every((logprob) => Number.isFinite(logprob) && logprob <= 0),
      "A completion has a log-probability that is not finite, or above 0",
    ],
    [stopAt === -1 || stopAt === tokens.length - 1, "A completion goes on after a stop token"],
    [
      finish === (stopAt === -1 ? "length" : "stop"),
      `A completion ${stopAt === -1 ? "without" : "with"} a stop token has finish "${finish}"`,
    ],
    [
      stopAt !== -1 || tokens.length === Math.min(maxTokens, context - prompt.length),
      "A completion ends before it stops or reaches its limit",
    ],
  ];
}

/** Sampler and trainer tell the same log-probability. */
export async function checkSampler(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    await learn(trial, policy, examples, 2);
    await policy.publish();
    for (const topP of trial.capabilities.topP ? [1, 0.5] : [1]) {
      for (const loss of [plain, trial.warm]) {
        const requests = requestsFor(examples, { topP, ...loss });
        const distance = await samplerGap(policy, requests, await policy.sample(requests), loss);
        trial.expect(
          distance <= trial.tolerance,
          `A completion's log-probabilities at temperature ${loss.temperature} and topP ${topP} are ${
            distance.toPrecision(2)
          } from those of logprobs()`,
        );
      }
    }
  });
}

/** A completion follows from weights, request and seed, whatever else is asked. */
export async function checkSeed(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    const requests = requestsFor(examples);
    const completions = await policy.sample(requests);
    const others = await policy.sample(requestsFor(examples, { firstSeed: 1000 }));
    trial.expect(!sameTokens(completions, others), "Other seeds give the same completions");
    if (!trial.capabilities.deterministic) return;
    trial.expect(
      sameTokens(completions, await policy.sample(requests)),
      "The same requests give other completions the second time",
    );
    trial.expect(
      sameTokens(completions, (await policy.sample(requests.toReversed())).toReversed()),
      "A request gives another completion in another place",
    );
    trial.expect(
      sameTokens(completions.slice(-1), await policy.sample(requests.slice(-1))),
      "A request gives another completion alone",
    );
  });
}

/** Samples follow `publish`, not training. */
export async function checkPublish(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    const requests = requestsFor(examples);
    const before = await policy.sample(requests);
    await learn(trial, policy, examples, 3);
    if (trial.capabilities.holdsPublished) {
      const between = await policy.sample(requests);
      const behind = await samplerGap(policy, requests, between, plain);
      trial.expect(
        behind > trial.tolerance && (!trial.capabilities.deterministic || sameTokens(before, between)),
        "Training changes samples before it is published",
      );
    }
    const trained = await policy.logprobs(sequencesOf(examples), plain);
    const version = await policy.publish();
    const after = await policy.sample(requests);
    trial.expect(
      await samplerGap(policy, requests, after, plain) <= trial.tolerance,
      "Samples are not drawn under the weights that were published",
    );
    trial.expect(
      same(trial, await policy.logprobs(sequencesOf(examples), plain), trained),
      "publish() changes the weights that train",
    );
    const next = await policy.publish();
    trial.expect(
      Number.isSafeInteger(version) && next === version + 1,
      `The version after ${version} is ${next}`,
    );
  });
}
