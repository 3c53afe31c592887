import type {
  AdamOptions,
  Capabilities,
  Completion,
  Datum,
  Engine,
  LossReport,
  LossSpec,
  Policy,
  Reference,
  SampleRequest,
  Tokenizer,
  TokenSequence,
} from "../../../lib/engine/engine.ts";
import type { EngineCheckName } from "../../../lib/engine/conformance.ts";
import { tinyTransformer, type TinyTransformerPart } from "../../../lib/engine/tiny_transformer.ts";
import { embeddedEngine } from "../../../runners/local/engine.ts";

/** The model that engines are tried with. */
export const model: TinyTransformerPart = tinyTransformer({
  width: 32,
  layers: 1,
  heads: 2,
  context: 64,
  warmStart: { steps: 0 },
});

/** An engine with nothing wrong. */
export const sound: Engine = embeddedEngine({ workers: 1 });

let calls = 0;

/** Another number at each call: what depends on it is not the same twice. */
export function count(): number {
  return calls++;
}

/** A broken engine, the check that has to find it, and words that the finding has to have. */
export type Fault = readonly [engine: Engine, check: EngineCheckName, message: RegExp];

/** What one may do without. */
type Extra = "embed" | "reference";

const opened: Policy[] = [];

/** Ends what an engine that does not close its policies left behind. */
export async function closeAll(): Promise<void> {
  for (const policy of opened.splice(0)) await policy.close();
}

/** The sound engine with some methods of its policies replaced, and other claims. */
export function broken(
  change: (inner: Policy) => Partial<Policy>,
  claims: Partial<Capabilities> = {},
  lacks: readonly Extra[] = [],
): Engine {
  return {
    capabilities: async () => ({ ...await sound.capabilities(), ...claims }),
    open: async (part, seed) => {
      const inner = await sound.open(part, seed);
      opened.push(inner);
      const { embed, reference } = inner;
      return {
        tokenizer: inner.tokenizer,
        context: inner.context,
        parameters: inner.parameters,
        sample: (requests) => inner.sample(requests),
        logprobs: (sequences, loss) => inner.logprobs(sequences, loss),
        forwardBackward: (batch, loss) => inner.forwardBackward(batch, loss),
        optimStep: (options) => inner.optimStep(options),
        publish: () => inner.publish(),
        save: () => inner.save(),
        load: (checkpoint, what) => inner.load(checkpoint, what),
        close: () => inner.close(),
        ...(embed === undefined || lacks.includes("embed") ? {} : { embed: embed.bind(inner) }),
        ...(reference === undefined || lacks.includes("reference") ? {} : { reference }),
        ...change(inner),
      };
    },
  };
}

/** An engine whose policies are sampled with other requests. */
export function asked(change: (request: SampleRequest, at: number) => Partial<SampleRequest>): Engine {
  return broken((inner) => ({
    sample: (requests) =>
      inner.sample(requests.map((request, at) => ({ ...request, ...change(request, at) }))),
  }));
}

/** An engine whose completions are changed. */
export function answered(
  change: (completion: Completion, request: SampleRequest, policy: Policy) => Partial<Completion>,
): Engine {
  return broken((inner) => ({
    sample: async (requests) =>
      (await inner.sample(requests)).map((completion, at) => {
        const request = requests[at];
        return request === undefined ? completion : { ...completion, ...change(completion, request, inner) };
      }),
  }));
}

/** An engine whose log-probabilities are changed, all but the first of each sequence. */
export function scored(
  change: (logprob: number, place: { at: number; row: number; tokens: TokenSequence }) => number,
): Engine {
  return broken((inner) => ({
    logprobs: async (sequences, loss) =>
      (await inner.logprobs(sequences, loss)).map((logprobs, row) =>
        logprobs.map((logprob, at) =>
          at === 0 ? 0 : change(logprob, { at, row, tokens: sequences[row] ?? [] })
        )
      ),
  }));
}

/** An engine that trains on other data. */
export function trained(
  change: (datum: Datum, batch: readonly Datum[]) => Datum,
  claims: Partial<Capabilities> = {},
): Engine {
  return broken((inner) => ({
    forwardBackward: (batch, loss) => inner.forwardBackward(batch.map((datum) => change(datum, batch)), loss),
  }), claims);
}

/** An engine that reports something else. */
export function reported(change: (report: LossReport) => Partial<LossReport>): Engine {
  return broken((inner) => ({
    forwardBackward: async (batch, loss) => {
      const report = await inner.forwardBackward(batch, loss);
      return { ...report, ...change(report) };
    },
  }));
}

/** An engine with another tokenizer. */
export function reading(change: (inner: Tokenizer) => Partial<Tokenizer>): Engine {
  return broken(({ tokenizer }) => ({ tokenizer: { ...tokenizer, ...change(tokenizer) } }));
}

/** An engine with other embeddings. */
export function embedding(
  change: (embed: NonNullable<Policy["embed"]>) => NonNullable<Policy["embed"]>,
): Engine {
  return broken((inner) => inner.embed === undefined ? {} : { embed: change(inner.embed.bind(inner)) });
}

/** An engine with another reference. */
export function referring(
  change: (reference: Reference, policy: Policy) => Partial<Policy> & { reference: Reference },
): Engine {
  return broken((inner) => inner.reference === undefined ? {} : change(inner.reference, inner));
}

/** Temperature 1. */
export const heat: LossSpec = { temperature: 1 };
/** A step of AdamW. */
export const step: AdamOptions = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.9,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: Infinity,
};

/** Changes the weights of a policy. */
export async function disturb(policy: Policy): Promise<void> {
  await policy.forwardBackward([{ tokens: [7, 8, 9], coefficients: Float32Array.of(0, 1, 1) }], heat);
  await policy.optimStep(step);
}

function tokensOf(batch: readonly Datum[]): number {
  return batch.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

/** An engine that takes means over the tokens of a batch, whatever it claims. */
export function averaging(reduction: Capabilities["reduction"]): Engine {
  return broken((inner) => ({
    forwardBackward: async (batch, loss) => {
      const report = await inner.forwardBackward(
        batch.map((datum) => {
          const { entropy, coefficients } = datum;
          const mean = (weights: Float32Array) => weights.map((weight) => weight / tokensOf(batch));
          return {
            ...datum,
            coefficients: mean(coefficients),
            ...(entropy === undefined ? {} : { entropy: mean(entropy) }),
          };
        }),
        loss,
      );
      return { ...report, loss: report.loss * tokensOf(batch) };
    },
  }), { reduction });
}

/** A sound engine without what is not asked of all. */
export const modest: Engine = broken(
  (inner) => ({
    // It is not the same bits each time, and there are too many tokens to score all.
    logprobs: async (sequences, loss) =>
      (await inner.logprobs(sequences, loss)).map((row) =>
        row.map((logprob, at) => at === 0 ? 0 : Math.min(0, logprob + 1e-4 * (Math.random() - 0.5)))
      ),
    sample: (requests) => inner.sample(requests.map((request) => ({ ...request, seed: count() }))),
    tokenizer: { ...inner.tokenizer, vocabulary: 100_000 },
    context: 10_000,
  }),
  { deterministic: false, embeddings: false, reference: false, entropy: false, topP: false },
  ["embed", "reference"],
);

/** A sound engine whose sampler always has the weights of now, and whose checkpoints have no others. */
export function unheld(claims: Partial<Capabilities>): Engine {
  return broken((inner) => {
    let [version, current] = [0, true];
    const publish = async () => {
      await inner.publish();
      current = true;
      return ++version;
    };
    return {
      publish,
      sample: async (requests) => {
        await inner.publish();
        return await inner.sample(requests);
      },
      optimStep: (options) => {
        if (options.learningRate > 0) current = false;
        return inner.optimStep(options);
      },
      save: async () => {
        if (!current) throw new Error("Cannot save after a step and before publish");
        const { meta, data } = await inner.save();
        return { meta: { ...meta, published: version }, data };
      },
      load: async ({ meta, data }, what) => {
        const { published, ...own } = meta;
        await inner.load({ meta: own, data }, what);
        await publish();
        version = Number(published);
      },
    };
  }, { holdsPublished: false, savesPublished: false, ...claims });
}
