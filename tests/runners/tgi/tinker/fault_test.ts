import assert from "node:assert/strict";
import type { Datum, SampleRequest } from "exitlab/lib/engine/engine.ts";
import { type ClientOptions, TinkerClient } from "exitlab/runners/tgi/tinker/client.ts";
import { profiles } from "exitlab/runners/tgi/tinker/profile.ts";
import { faultKinds, FaultPlan } from "../../../support/tinker_faults.ts";
import { type StandInOptions, TinkerServer } from "../../../support/tinker_server.ts";

/** What a step gave, all of it. */
interface StepFigures {
  readonly tokens: number[][];
  readonly logprobs: number[][];
  readonly loss: number;
  readonly scored: number[][];
  readonly entropy: number;
  readonly norm: number;
}

/** Trains a model for some steps: what it samples decides what it is trained on, so that one wrong number changes all that follow. */
async function train(
  server: StandInOptions,
  client: Partial<ClientOptions>,
  steps: number,
): Promise<StepFigures[]> {
  const standIn = await TinkerServer.start(server);
  const tinker = await TinkerClient.connect({
    url: standIn.url,
    sleep: () => Promise.resolve(),
    ...client,
  });
  try {
    const model = await tinker.openModel({ model: "table", rank: 8, seed: 3 });
    await model.publish();
    const figures: StepFigures[] = [];
    for (let step = 0; step < steps; step++) {
      const requests: SampleRequest[] = Array.from({ length: 6 }, (_, index) => ({
        prompt: [1 + (index >> 1), 4],
        maxTokens: 6,
        temperature: 1,
        topP: 1,
        seed: 100 * step + index,
      }));
      const drawn = await model.sample(requests);
      const batch: Datum[] = drawn.map(({ tokens }, index) => {
        const prompt = requests[index]?.prompt ?? [];
        const reward = tokens.filter((token) => token > 6).length / tokens.length - 0.5;
        const coefficients = new Float32Array(prompt.length + tokens.length).fill(
          reward / tokens.length,
          prompt.length,
        );
        return { tokens: [...prompt, ...tokens], coefficients };
      });
      const { loss, logprobs, entropy } = await model.forwardBackward(batch, { temperature: 1 });
      const { gradientNorm } = await model.optimStep({
        learningRate: 0.1,
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        weightDecay: 0.01,
        clipNorm: tinker.profile.gradClip ? 1 : Infinity,
      });
      await model.publish();
      figures.push({
        tokens: drawn.map(({ tokens }) => [...tokens]),
        logprobs: drawn.map(({ logprobs }) => [...logprobs]),
        loss,
        scored: logprobs.map((values) => [...values]),
        entropy,
        norm: gradientNorm,
      });
    }
    return figures;
  } finally {
    await tinker.close();
    assert.equal(standIn.models, 0);
    await standIn.stop();
  }
}

const wires = [
  { name: "our server over JSON", server: {}, client: { wire: "json" } },
  { name: "our server over protobuf", server: {}, client: { wire: "protobuf" } },
  {
    name: "a server of means that loads once",
    server: { extended: false, reduction: "sequence-mean", loadsAnytime: false },
    client: { profile: profiles["skyrl-jax"] },
  },
] as const;

for (const { name, server, client } of wires) {
  Deno.test(`a run of 50 steps on ${name} gives the same figures through 200 faults and more`, async () => {
    const undisturbed = await train(server, client, 50);
    const faults = new FaultPlan(11, 0.45);
    const disturbed = await train({ ...server, faults }, client, 50);
    assert.deepEqual(disturbed, undisturbed);
    assert.ok(faults.total >= 200, `${faults.total} faults`);
    for (const kind of faultKinds) assert.ok((faults.counts.get(kind) ?? 0) > 0, `no fault of kind ${kind}`);
    assert.ok((undisturbed.at(-1)?.loss ?? NaN) !== undisturbed[0]?.loss);
  });
}
