/**
 * The engine's gradient against automatic differentiation by jax-js, which knows nothing of the hand-written way back.
 */
import assert from "node:assert/strict";
import { Random } from "../../../lib/random.ts";
import { decodeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { adam, randomTokens, smallShape, weigh, withPolicy } from "./fixtures.ts";
import { jaxReport } from "./jax_model.ts";

const temperature = 0.8;

Deno.test("forwardBackward() gives the loss and gradient that jax-js derives", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(1, "jax");
    const { trained } = decodeCheckpoint(await policy.save());
    const batch = [5, 16, 24].map((length) => weigh(random, randomTokens(random, length), 2));
    const { loss, gradient } = await jaxReport(trained, smallShape, batch, temperature);
    const report = await policy.forwardBackward(batch, { temperature });
    assert.ok(Math.abs(report.loss - loss) < 1e-4, `${report.loss} instead of ${loss}`);
    await policy.optimStep({ ...adam, learningRate: 0, beta1: 0 });
    const found = decodeCheckpoint(await policy.save()).firstMoment;
    for (const [name, values] of gradient) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      assert.ok(largest > 0, name);
      for (const [at, value] of values.entries()) {
        assert.ok(Math.abs(value - (found.get(name)?.[at] ?? NaN)) < 1e-4 * largest, `${name}[${at}]`);
      }
    }
  });
});
