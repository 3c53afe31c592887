import { answered, asked, broken, count, disturb, type Fault, heat } from "./broken_engine.ts";

/** Engines with a fault in how they draw. */
export const brokenSamplers: Readonly<Record<string, Fault>> = {
  "loses a completion": [
    broken((inner) => ({ sample: async (requests) => (await inner.sample(requests)).slice(1) })),
    "sample",
    /37 requests are answered by 36 completions/,
  ],
  "answers the last request first": [
    broken((inner) => ({ sample: async (requests) => (await inner.sample(requests)).reverse() })),
    "sample",
    /more tokens than maxTokens/,
  ],
  "draws nothing": [
    answered(() => ({ tokens: [], logprobs: new Float32Array(), finish: "length" })),
    "sample",
    /has no tokens/,
  ],
  "draws beyond the context": [
    answered(({ tokens, logprobs }, { maxTokens }) =>
      maxTokens === 5 ? { tokens: [...tokens, 50], logprobs: Float32Array.of(...logprobs, -1) } : {}
    ),
    "sample",
    /more tokens than the context/,
  ],
  "draws what is not in the vocabulary": [
    answered(({ tokens }) => ({ tokens: tokens.map((id) => id + 1000) })),
    "sample",
    /ids outside the vocabulary/,
  ],
  "gives one log-probability for all": [
    answered(({ logprobs }) => ({ logprobs: logprobs.slice(0, 1) })),
    "sample",
    /a log-probability for each token/,
  ],
  "gives probabilities": [
    answered(({ logprobs }) => ({ logprobs: logprobs.map(Math.exp) })),
    "sample",
    /not finite, or above 0/,
  ],
  "goes on after the end": [
    answered(({ tokens, logprobs }, { maxTokens }) =>
      tokens.length < maxTokens ? { tokens: [...tokens, 50], logprobs: Float32Array.of(...logprobs, -1) } : {}
    ),
    "sample",
    /goes on after a stop token/,
  ],
  "does not tell that it stopped": [
    answered(() => ({ finish: "length" })),
    "sample",
    /with a stop token has finish "length"/,
  ],
  "says that all is said": [
    answered(() => ({ finish: "stop" })),
    "sample",
    /without a stop token has finish "stop"/,
  ],
  "gives up early": [
    answered(({ tokens, logprobs }) => ({ tokens: tokens.slice(0, 2), logprobs: logprobs.slice(0, 2) })),
    "sample",
    /before it stops or reaches its limit/,
  ],
  "tells log-probabilities at temperature 1": [
    broken((inner) => ({
      sample: async (requests) => {
        const completions = await inner.sample(requests);
        const whole = completions.map(({ tokens }, at) => [...requests[at]?.prompt ?? [], ...tokens]);
        const logprobs = await inner.logprobs(whole, heat);
        return completions.map((completion, at) => ({
          ...completion,
          logprobs: logprobs[at]?.slice(-completion.tokens.length) ?? completion.logprobs,
        }));
      },
    })),
    "sampler",
    /at temperature 0\.7 and topP 1 are [\d.]+ from/,
  ],
  "tells log-probabilities after the cut": [
    answered(({ logprobs }, { topP }) => ({ logprobs: logprobs.map((logprob) => logprob - Math.log(topP)) })),
    "sampler",
    /at temperature 1 and topP 0\.5 are 0\.69 from/,
  ],
  "ignores the seed": [asked(() => ({ seed: 5 })), "seed", /Other seeds give the same/],
  "draws by the clock": [asked(() => ({ seed: count() })), "seed", /the second time/],
  "draws by place in the batch": [asked((_, seed) => ({ seed })), "seed", /in another place/],
  "draws by the size of the batch": [
    broken((inner) => ({
      sample: (requests) =>
        inner.sample(requests.map((request) => ({ ...request, seed: request.seed + requests.length }))),
    })),
    "seed",
    /another completion alone/,
  ],
  "draws too eagerly": [
    asked(({ temperature }) => ({ temperature: 0.5 * temperature })),
    "draws",
    /mean log-probability of 256 draws/,
  ],
  "draws at temperature 1": [asked(() => ({ temperature: 1 })), "draws", /mean log-probability of 256 draws/],
  "cuts nothing": [asked(() => ({ topP: 1 })), "topP", /topP of 1e-6, not only/],
  "cuts too little": [
    asked(({ topP }) => ({ topP: topP < 0.1 ? topP : topP + 0.3 })),
    "topP",
    /not among the most likely/,
  ],
  "cuts too much": [asked(() => ({ topP: 1e-6 })), "topP", /mean log-probability of 256 draws/],
  "publishes each step": [
    broken((inner) => ({
      optimStep: async (options) => {
        const report = await inner.optimStep(options);
        await inner.publish();
        return report;
      },
    })),
    "publish",
    /before it is published/,
  ],
  "never publishes": [
    broken(() => ({ publish: () => Promise.resolve(count()) })),
    "publish",
    /not drawn under the weights that were published/,
  ],
  "trains as it publishes": [
    broken((inner) => ({
      publish: async () => {
        const version = await inner.publish();
        await disturb(inner);
        return version;
      },
    })),
    "publish",
    /changes the weights that train/,
  ],
  "does not count": [
    broken((inner) => ({
      publish: async () => {
        await inner.publish();
        return 1;
      },
    })),
    "publish",
    /version after 1 is 1/,
  ],
};
