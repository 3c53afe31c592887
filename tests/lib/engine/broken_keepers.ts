import { asked, broken, disturb, embedding, type Fault, referring, trained } from "./broken_engine.ts";

/** Engines with a fault in what they keep and what they refuse. */
export const brokenKeepers: Readonly<Record<string, Fault>> = {
  "forgets the optimiser": [
    broken((inner) => ({ load: (checkpoint) => inner.load(checkpoint, "weights") })),
    "load",
    /another next step/,
  ],
  "keeps the optimiser": [
    broken((inner) => ({ load: (checkpoint) => inner.load(checkpoint) })),
    "load",
    /does not start the optimiser anew/,
  ],
  "loads nothing": [
    broken(() => ({ load: () => Promise.resolve() })),
    "load",
    /loaded policy has other log-probabilities/,
  ],
  "loads nothing where weights are asked for": [
    broken((inner) => ({
      load: (checkpoint, what) => what === "weights" ? Promise.resolve() : inner.load(checkpoint),
    })),
    "load",
    /load\(…, "weights"\) gives other log-probabilities/,
  ],
  "publishes what it loads": [
    broken((inner) => ({
      load: async (checkpoint, what) => {
        await inner.load(checkpoint, what);
        await inner.publish();
      },
    })),
    "load",
    /draws other completions/,
  ],
  "counts versions anew": [
    broken((inner) => {
      let version = 0;
      return {
        publish: async () => {
          await inner.publish();
          return ++version;
        },
      };
    }),
    "load",
    /counts other versions/,
  ],
  "saves what is no JSON": [
    broken((inner) => ({
      save: async () => {
        const { meta, data } = await inner.save();
        return { meta: { ...meta, loss: NaN }, data };
      },
    })),
    "load",
    /not plain JSON/,
  ],
  "saves a view of its memory": [
    broken((inner) => {
      let view: Uint8Array = new Uint8Array();
      return {
        save: async () => {
          const checkpoint = await inner.save();
          view = checkpoint.data;
          return checkpoint;
        },
        forwardBackward: (batch, loss) => {
          view.fill(0);
          return inner.forwardBackward(batch, loss);
        },
      };
    }),
    "load",
    /change while the policy is used/,
  ],
  "takes any checkpoint": [
    broken((inner) => ({ load: (checkpoint) => inner.load(checkpoint).catch(() => {}) })),
    "checkpoint",
    /without data is not refused/,
  ],
  "refuses a checkpoint as if it were a defect": [
    broken((inner) => ({
      load: (checkpoint) =>
        inner.load(checkpoint).catch(() => {
          throw new TypeError("Cannot read properties of undefined");
        }),
    })),
    "checkpoint",
    /of another model is not refused with a UserError/,
  ],
  "looks at a checkpoint too late": [
    broken((inner) => ({
      load: async (checkpoint) => {
        await disturb(inner);
        await inner.load(checkpoint);
      },
    })),
    "checkpoint",
    /refused changed the weights/,
  ],
  "takes the weights of now for the reference": [
    referring((reference, policy) => ({
      reference: { ...reference, logprobs: (sequences, loss) => policy.logprobs(sequences, loss) },
    })),
    "reference",
    /Training or publish\(\) changes the reference/,
  ],
  "makes a published policy the reference": [
    referring((reference, policy) => ({
      reference,
      publish: async () => {
        await reference.refresh(1);
        return await policy.publish();
      },
    })),
    "reference",
    /Training or publish\(\) changes the reference/,
  ],
  "has a reference of its own from the beginning": [
    referring((reference) => ({
      reference: { ...reference, logprobs: (sequences) => reference.logprobs(sequences, { temperature: 3 }) },
    })),
    "reference",
    /At first, the reference is not the initial weights/,
  ],
  "copies where it should mix": [
    referring((reference) => ({ reference: { ...reference, refresh: () => reference.refresh(1) } })),
    "reference",
    /refresh\(0\.25\) moves the reference by 1\.00 of the way/,
  ],
  "takes the other share": [
    referring((reference) => ({
      reference: { ...reference, refresh: (mix) => reference.refresh(mix < 1 ? 1 - mix : 1) },
    })),
    "reference",
    /refresh\(0\.25\) moves the reference by 0\.7\d of the way/,
  ],
  "never refreshes": [
    referring((reference) => ({ reference: { ...reference, refresh: () => Promise.resolve() } })),
    "reference",
    /moves the reference by 0\.00 of the way/,
  ],
  "never copies": [
    referring((reference) => ({
      reference: { ...reference, refresh: (mix) => reference.refresh(Math.min(mix, 0.5)) },
    })),
    "reference",
    /does not make the reference the weights of now/,
  ],
  "does not save the reference": [
    referring((reference, policy) => ({
      reference,
      load: async (checkpoint) => {
        await policy.load(checkpoint);
        await reference.refresh(1);
      },
    })),
    "reference",
    /loaded policy has another reference/,
  ],
  "trains as it refreshes": [
    referring((reference, policy) => ({
      reference: {
        ...reference,
        refresh: async (mix) => {
          await reference.refresh(mix);
          await disturb(policy);
        },
      },
    })),
    "reference",
    /refresh\(\) changes the weights that train/,
  ],
  "makes up a prompt": [
    asked(({ prompt }) => ({ prompt: prompt.length === 0 ? [1] : prompt })),
    "refusal",
    /An empty prompt is not refused/,
  ],
  "wraps ids round": [
    asked(({ prompt }) => ({ prompt: prompt.map((id) => id % 104) })),
    "refusal",
    /A prompt with an id beyond the vocabulary is not refused/,
  ],
  "takes a temperature of 0 for greedy": [
    asked(({ temperature }) => ({ temperature: Math.max(temperature, 1e-3) })),
    "refusal",
    /A temperature of 0 for a sample is not refused/,
  ],
  "cuts sequences to the context": [
    broken((inner) => ({
      logprobs: (sequences, loss) =>
        inner.logprobs(sequences.map((tokens) => tokens.slice(0, inner.context)), loss),
    })),
    "refusal",
    /A sequence beyond the context is not refused/,
  ],
  "takes what is no number for 0": [
    trained((datum) => ({ ...datum, coefficients: datum.coefficients.map((weight) => weight || 0) })),
    "refusal",
    /A coefficient that is not a number is not refused/,
  ],
  "trains on a first token": [
    trained((datum) => ({ ...datum, coefficients: datum.coefficients.with(0, 0) })),
    "refusal",
    /A first coefficient of 1 is not refused/,
  ],
  "embeds nothing": [
    embedding((embed) => (spans) =>
      embed(spans.map(({ tokens, from }) => ({ tokens, from: Math.min(from, tokens.length - 1) })))
    ),
    "refusal",
    /A span from its end on is not refused/,
  ],
  "trains on the good part of a batch": [
    broken((inner) => ({
      forwardBackward: async (batch, loss) => {
        try {
          return await inner.forwardBackward(batch, loss);
        } catch (error) {
          await inner.forwardBackward(batch.slice(0, -1), loss);
          throw error;
        }
      },
    })),
    "refusal",
    /left something in the gradient/,
  ],
  "moves where it refuses": [
    broken((inner) => ({
      sample: async (requests) => {
        try {
          return await inner.sample(requests);
        } catch (error) {
          await disturb(inner);
          throw error;
        }
      },
    })),
    "refusal",
    /refused changed the weights/,
  ],
  "never recovers": [
    broken((inner) => {
      let last: Promise<unknown> = Promise.resolve();
      return {
        sample: (requests) => {
          const call = last.then(() => inner.sample(requests));
          last = call;
          return call;
        },
      };
    }),
    "refusal",
    /The check "refusal" threw/,
  ],
  "does not close": [
    broken(() => ({ close: () => Promise.resolve() })),
    "close",
    /sample\(\) of a closed policy is not refused/,
  ],
  "closes once": [
    broken((inner) => {
      let closed = false;
      return {
        close: async () => {
          if (closed) throw new Error("It is closed already");
          closed = true;
          await inner.close();
        },
      };
    }),
    "close",
    /threw "It is closed already"/,
  ],
};
