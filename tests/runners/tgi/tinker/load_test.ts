import assert from "node:assert/strict";
import { draw, spec, trainOnce, withServer } from "../../../support/tinker_client.ts";

for (const keepsSampler of [false, true]) {
  const session = keepsSampler ? "the sampling session in use" : "a sampling session of its own";
  Deno.test(`TinkerModel.load() samples the restored weights, in ${session}`, async () => {
    await withServer({ keepsSampler }, {}, async (client, server) => {
      const model = await client.openModel(spec);
      const requests = Array.from({ length: 6 }, (_, seed) => ({ ...draw, prompt: [1 + seed % 3], seed }));
      await model.publish();
      const path = await model.save("first");
      const first = await model.sample(requests);
      await trainOnce(model);
      await model.publish();
      // The same request as after the load, under the same number where numbers began anew.
      const second = await model.sample(requests);
      assert.notDeepEqual(second, first);
      await model.load(path, true);
      assert.deepEqual(await model.sample(requests), first);
      await trainOnce(model);
      await model.publish();
      assert.deepEqual(await model.sample(requests), second);
      await model.load(path, false);
      const other = requests.map((request) => ({ ...request, seed: request.seed + 50 }));
      await model.sample(other);
      assert.deepEqual(await model.sample(requests), first);
      assert.equal(server.models, 1);
    });
  });
}
