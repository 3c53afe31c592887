import assert from "node:assert/strict";
import fc from "fast-check";
import type { Policy, Span } from "../../../lib/engine/engine.ts";
import { Random } from "../../../lib/random.ts";
import { decodeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { adam, embed, mixedBatch, randomTokens, small, smallShape, train, withPolicy } from "./fixtures.ts";
import { referenceEmbedding } from "./reference_model.ts";

/** Spans of many lengths; some begin alike, and some differ only in where they count from. */
function mixedSpans(random: Random): Span[] {
  return mixedBatch(random).flatMap(({ tokens }) => [
    { tokens, from: random.int(tokens.length) },
    { tokens, from: tokens.length - 1 },
    { tokens, from: 0 },
  ]);
}

function assertNear(
  found: readonly Float32Array[],
  expected: readonly ArrayLike<number>[],
  most: number,
): void {
  assert.equal(found.length, expected.length);
  for (const [index, embedding] of found.entries()) {
    assert.equal(embedding.length, small.width);
    for (const [at, value] of embedding.entries()) {
      const wanted = expected[index]?.[at] ?? NaN;
      assert.ok(Math.abs(value - wanted) < most, `span ${index} [${at}]: ${value} instead of ${wanted}`);
    }
  }
}

/** What the float64 model gives under the weights that train. */
async function expectedOf(policy: Policy, spans: readonly Span[]): Promise<number[][]> {
  const { trained } = decodeCheckpoint(await policy.save());
  return spans.map((span) => referenceEmbedding(trained, smallShape, span));
}

Deno.test("embed() gives the mean hidden states of the float64 model, in the order asked", async () => {
  await withPolicy(async (policy) => {
    const spans = mixedSpans(new Random(1, "embed"));
    assertNear(await embed(policy, spans), await expectedOf(policy, spans), 1e-5);
  });
});

Deno.test("embed() uses the weights of now, gains included, and not those that are sampled", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(2, "now");
    const spans = mixedSpans(random);
    const before = await embed(policy, spans);
    for (let step = 0; step < 3; step++) await train(policy, random);
    const after = await embed(policy, spans);
    assertNear(after, await expectedOf(policy, spans), 2e-5);
    assert.notDeepEqual(after, before);
    await policy.publish();
    assert.deepEqual(await embed(policy, spans), after);
  });
});

Deno.test("embed() gives the same bits in any order, and nearly so alone", async () => {
  await withPolicy(async (policy) => {
    const spans = mixedSpans(new Random(3, "order"));
    const together = await embed(policy, spans);
    const shuffles = fc.shuffledSubarray([...spans.keys()], { minLength: spans.length });
    await fc.assert(
      fc.asyncProperty(shuffles, async (order) => {
        const shuffled = await embed(policy, order.flatMap((index) => spans[index] ?? []));
        assert.deepEqual(shuffled, order.map((index) => together[index]));
      }),
      { numRuns: 20 },
    );
    const alone: Float32Array[] = [];
    for (const span of spans) alone.push(...await embed(policy, [span]));
    assertNear(alone, together, 1e-5);
  });
});

Deno.test("embed() takes many more spans than go through the layers at a time, and none", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(4, "many");
    const some = mixedSpans(random);
    const others = Array.from({ length: 150 }, () => ({ tokens: randomTokens(random, 24), from: 12 }));
    const found = await embed(policy, [...others, ...some, ...others]);
    assertNear(found.slice(150, -150), await embed(policy, some), 1e-5);
    assert.deepEqual(found.slice(-150), found.slice(0, 150));
    assert.equal(new Set(found.map(String)).size, new Set([...others, ...some].map(spanKey)).size);
    assert.deepEqual(await embed(policy, []), []);
  });
});

const spanKey = ({ tokens, from }: Span): string => `${tokens} from ${from}`;

Deno.test("embed() leaves an accumulated gradient as it is", async () => {
  const normAfter = (between: (policy: Policy) => Promise<unknown>): Promise<number> =>
    withPolicy(async (policy) => {
      const random = new Random(5, "gradient");
      await policy.forwardBackward(mixedBatch(random), { temperature: 1 });
      await between(policy);
      return (await policy.optimStep(adam)).gradientNorm;
    });
  const alone = await normAfter(() => Promise.resolve());
  assert.ok(alone > 0);
  assert.equal(await normAfter((policy) => embed(policy, mixedSpans(new Random(6, "between")))), alone);
});
