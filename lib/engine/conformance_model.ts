import { canonicalJson, type JsonObject } from "../json.ts";
import { gap, same, samplerGap } from "./conformance_compare.ts";
import { plain, requestsFor, sequencesOf, type Trial, withPolicy } from "./conformance_trial.ts";
import type { Capabilities, TokenSequence } from "./engine.ts";

/** Capabilities are well-formed and always the same, and a policy has the methods that they promise. */
export async function checkCapabilities(trial: Trial): Promise<void> {
  const { engine, capabilities } = trial;
  const { reduction, build, description, ...others } = capabilities;
  trial.expect(
    reduction === "sum" || reduction === "mean",
    `The reduction is "${reduction}", neither "sum" nor "mean"`,
  );
  for (const [name, value] of Object.entries(others)) {
    trial.expect(typeof value === "boolean", `"${name}" is ${value}, neither true nor false`);
  }
  for (const [name, value] of Object.entries({ build, description })) {
    trial.expect(typeof value === "string" && value.trim() !== "", `"${name}" says nothing`);
  }
  await withPolicy(trial, async (policy) => {
    trial.expect(
      canonicalJson(plainObject(capabilities)) === canonicalJson(plainObject(await engine.capabilities())),
      "Two calls of capabilities() give different answers",
    );
    const methods = [["embeddings", "embed", capabilities.embeddings], [
      "reference",
      "reference",
      capabilities.reference,
    ]] as const;
    for (const [capability, name, promised] of methods) {
      trial.expect(
        (policy[name] !== undefined) === promised,
        `"${capability}" is ${promised} but a policy has ${promised ? "no " : ""}${name}`,
      );
    }
  });
}

function plainObject(capabilities: Capabilities): JsonObject {
  return { ...capabilities };
}

/** One seed gives the same initial weights each time, and the sampler starts with them. */
export async function checkOpen(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    const { context, parameters } = policy;
    trial.expect(
      parameters === null || (Number.isSafeInteger(parameters) && parameters >= 1),
      `A policy has ${parameters} parameters`,
    );
    trial.expect(
      Number.isSafeInteger(context) && context >= 2,
      `A policy has a context of ${context} tokens`,
    );
    const requests = requestsFor(examples);
    trial.expect(
      await samplerGap(policy, requests, await policy.sample(requests), plain) <= trial.tolerance,
      "The first samples are not drawn under the initial weights",
    );
    const initial = await policy.logprobs(sequencesOf(examples), plain);
    await withPolicy(trial, async (another) => {
      trial.expect(
        same(trial, initial, await another.logprobs(sequencesOf(examples), plain)),
        "Two policies of one seed have different initial weights",
      );
    });
  });
}

/** Prompts and responses have ids of the vocabulary; a response ends with a stop token and can be read back. */
export async function checkTokenizer(trial: Trial): Promise<void> {
  await withPolicy(trial, ({ tokenizer }, examples) => {
    const { vocabulary, stop } = tokenizer;
    const inRange = (tokens: TokenSequence): boolean =>
      tokens.length > 0 && tokens.every((id) => Number.isInteger(id) && id >= 0 && id < vocabulary);
    trial.expect(
      Number.isSafeInteger(vocabulary) && vocabulary >= 2,
      `The vocabulary has ${vocabulary} tokens`,
    );
    trial.expect(inRange(stop), "There are no stop tokens, or not of the vocabulary");
    for (const [index, { messages, response: text }] of trial.examples.entries()) {
      const { prompt = [], response = [] } = examples[index] ?? {};
      const shown = JSON.stringify(text);
      trial.expect(
        inRange(prompt),
        `encodeChat() gives no ids, or not of the vocabulary, in example ${index}`,
      );
      trial.expect(inRange(response), `encodeResponse(${shown}) gives no ids, or not of the vocabulary`);
      trial.expect(
        gap([tokenizer.encodeChat(messages), tokenizer.encodeResponse(text)], [prompt, response]) === 0,
        `The same text has now these ids, now others in example ${index}`,
      );
      trial.expect(
        response.findIndex((id) => stop.includes(id)) === response.length - 1,
        `encodeResponse(${shown}) does not have its only stop token at the end`,
      );
      const decoded = tokenizer.decode(response);
      trial.expect(decoded === text, `${shown} is decoded as ${JSON.stringify(decoded)}`);
    }
    return Promise.resolve();
  });
}
