import { refuses, same } from "./conformance_compare.ts";
import { gradientNorm, learn, sameNorm, weigh } from "./conformance_steps.ts";
import { fillContext, plain, requestsFor, sequencesOf, type Trial, withPolicy } from "./conformance_trial.ts";
import type { Datum } from "./engine.ts";

/** Input that cannot be is refused, and leaves the policy as it was. */
export async function checkRefusal(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    const [request] = requestsFor(examples);
    const batch = weigh(examples, [1]);
    const [datum] = batch;
    if (request === undefined || datum === undefined) return;
    await learn(trial, policy, examples, 1);
    const score = (): Promise<Float32Array[]> => policy.logprobs(sequencesOf(examples), trial.warm);
    const before = await score();
    const norm = await gradientNorm(trial, policy, [batch]);
    const { vocabulary } = policy.tokenizer;
    const [, ...others] = datum.coefficients;
    const train = (last: Datum) => () => policy.forwardBackward([...batch, last], trial.warm);
    const weighing = (...coefficients: number[]) =>
      train({ ...datum, coefficients: Float32Array.from(coefficients) });
    const calls: [name: string, call: () => Promise<unknown>][] = [
      ["an empty prompt", () => policy.sample([request, { ...request, prompt: [] }])],
      [
        "a prompt with an id beyond the vocabulary",
        () => policy.sample([{ ...request, prompt: [vocabulary] }]),
      ],
      ["a maxTokens of 0", () => policy.sample([{ ...request, maxTokens: 0 }])],
      ["a temperature of 0 for a sample", () => policy.sample([{ ...request, temperature: 0 }])],
      ["an empty sequence", () => policy.logprobs([[]], trial.warm)],
      ["a sequence with a negative id", () => policy.logprobs([[0, -1]], trial.warm)],
      ["a sequence with an id that is not whole", () => policy.logprobs([[0, 0.5]], trial.warm)],
      ["a temperature of 0 for a loss", () => policy.logprobs([[0, 0]], { temperature: 0 })],
      [
        "a datum with an id beyond the vocabulary",
        train({ tokens: [0, vocabulary], coefficients: Float32Array.of(0, 1) }),
      ],
      ["a first coefficient of 1", weighing(1, ...others)],
      ["a coefficient that is not a number", weighing(0, ...others.map(() => NaN))],
      ["too few coefficients", weighing(...others)],
    ];
    const { reference } = policy;
    const longer = fillContext(policy, examples, -1);
    if (longer !== undefined) {
      calls.push(["a sequence beyond the context", () => policy.logprobs([longer], trial.warm)]);
    }
    if (reference !== undefined) calls.push(["a mix of 0", () => reference.refresh(0)]);
    const embed = policy.embed?.bind(policy);
    if (embed !== undefined) calls.push(["a span from its end on", () => embed([{ tokens: [0], from: 1 }])]);
    for (const [name, call] of calls) trial.expect(await refuses(call), `${capitalise(name)} is not refused`);
    trial.expect(same(trial, await score(), before), "A call that was refused changed the weights");
    trial.expect(
      sameNorm(await gradientNorm(trial, policy, [batch]), norm),
      "A batch that was refused left something in the gradient",
    );
    trial.expect(
      (await policy.sample([request])).length === 1,
      "After calls that were refused, a policy does not sample",
    );
  });
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A closed policy refuses all calls, and to close it again is no mistake. */
export async function checkClose(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    const batch = weigh(examples, [1]);
    await policy.logprobs(sequencesOf(examples), plain);
    await policy.close();
    const calls: [name: string, call: () => Promise<unknown>][] = [
      ["sample", () => policy.sample(requestsFor(examples))],
      ["logprobs", () => policy.logprobs(sequencesOf(examples), plain)],
      ["forwardBackward", () => policy.forwardBackward(batch, plain)],
      ["publish", () => policy.publish()],
      ["save", () => policy.save()],
    ];
    for (const [name, call] of calls) {
      trial.expect(await refuses(call), `${name}() of a closed policy is not refused`);
    }
  });
}
