import assert from "node:assert/strict";
import { fetchPrices, parsePrice, Prices } from "exitlab/runners/hf/infer/prices.ts";
import { withHub } from "../../../support/hub/hub_server.ts";
import { inference, publicInferencePaths } from "../../../support/hub/inference_routes.ts";

Deno.test("fetchPrices() knows the live providers of a model, and invents nothing", async () => {
  const { routes } = inference({ answer: () => "" });
  await withHub({ routes: [routes] }, async ({ url, state }) => {
    state.publicPaths.push(...publicInferencePaths);
    const prices = (model: string, provider: string | null = null) =>
      fetchPrices({ model, provider, endpoint: null, key: undefined, hub: url });
    const all = await prices("org/model");
    assert.deepEqual(all.at("together"), { input: 0.5, output: 2 });
    assert.deepEqual(all.at("Together"), { input: 0.5, output: 2 });
    assert.equal(all.at("novita"), null, "it is not live");
    assert.equal(all.at(null), null, "it may be either");
    assert.deepEqual(all.most(), { input: 1, output: 3 });
    assert.equal(all.text(), "$0.5 to $1 in, $2 to $3 out per million tokens");
    const chosen = await prices("org/model", "groq");
    assert.deepEqual(chosen.at(null), { input: 1, output: 3 });
    assert.deepEqual(chosen.at("Groq Cloud"), { input: 1, output: 3 }, "however it calls itself");
    assert.deepEqual((await prices("org/model:together")).most(), { input: 0.5, output: 2 });
    assert.deepEqual((await prices("org/model:cheapest")).most(), { input: 1, output: 3 });
    const none = await prices("org/nothing");
    assert.deepEqual([none.at("groq"), none.most(), none.text()], [null, null, "unknown"]);
    assert.equal((await prices("org/model", "nscale")).most(), null);
    assert(state.requests.every(({ status }) => status === 200));
  });
});

Deno.test("fetchPrices() takes a price that is none for unknown, and minds nothing about other models", async () => {
  const offers = (pricing: unknown) => [{ provider: "groq", pricing }];
  const fetch = () =>
    Promise.resolve(Response.json({
      data: [
        ...[null, 7, {}, { id: 5 }, { id: "org/none", providers: "many" }],
        { id: "org/text", providers: offers({ input: "0.15", output: "0.6" }) },
        { id: "org/half", providers: offers({ input: 1 }) },
        { id: "org/less", providers: offers({ input: -1, output: 1 }) },
        {
          id: "org/good",
          providers: [...offers({ input: 1, output: 2 }), { provider: "novita", status: "off" }],
        },
      ],
    }));
  const priceOf = async (model: string) =>
    (await fetchPrices({ model, provider: null, endpoint: null, key: undefined, fetch })).most();
  for (const model of ["org/none", "org/text", "org/half", "org/less"]) {
    assert.equal(await priceOf(model), null, model);
  }
  assert.deepEqual(await priceOf("org/good"), { input: 1, output: 2 });
});

Deno.test("Prices.most() is not known while that of one provider is not", () => {
  const prices = new Prices(null, new Map([["a", { input: 1, output: 1 }], ["b", null]]));
  assert.equal(prices.most(), null);
  assert.deepEqual(new Prices({ input: 1, output: 2 }).most(), { input: 1, output: 2 });
});

Deno.test("parsePrice() takes two amounts", () => {
  assert.deepEqual(parsePrice("0.15, 0.6"), { input: 0.15, output: 0.6 });
  for (const text of ["", "1", "1,2,3", "1,x", "-1,2", "1e3,2"]) {
    assert.throws(() => parsePrice(text), /Expected --price to be IN,OUT/);
  }
});
