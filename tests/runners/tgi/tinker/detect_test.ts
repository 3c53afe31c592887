import assert from "node:assert/strict";
import { TinkerClient } from "exitlab/runners/tgi/tinker/client.ts";
import { profiles, serverNames } from "exitlab/runners/tgi/tinker/profile.ts";
import { withServer } from "../../../support/tinker_client.ts";
import { TinkerServer } from "../../../support/tinker_server.ts";

Deno.test("TinkerClient.connect() refuses another name for the project's own trainer", async () => {
  const server = await TinkerServer.start();
  for (const name of serverNames) {
    const connecting = TinkerClient.connect({ url: server.url, profile: profiles[name] });
    if (name === "exitlab") await (await connecting).close();
    else {
      await assert.rejects(connecting, {
        name: "UserError",
        message:
          `Expected a ${name} server at ${server.url} but found exitlab's own trainer; leave --server out`,
      });
    }
  }
  await server.stop();
});

Deno.test("TinkerClient.connect() refuses the own trainer's name for another server", async () => {
  const server = await TinkerServer.start({ extended: false, title: "TuFT" });
  await assert.rejects(TinkerClient.connect({ url: server.url, profile: profiles.exitlab }), {
    name: "UserError",
    message:
      `Expected exitlab's own trainer at ${server.url} but found a server that does not say it is one; leave ` +
      "--server out, or name what speaks there",
  });
  await server.stop();
});

const whole = {
  protocol: 1,
  version: "0.2.0",
  vocabulary: 12,
  device: "cuda:0",
  dtype: "bfloat16",
  deterministic: false,
  torch: "2.13.0",
  threads: 4,
  "micro_tokens": 2048,
  checkpoints: true,
  revision: "abc",
};

/** What a client reads of such a block, and how it names a server that has it. */
async function read(block: object): Promise<unknown> {
  const body = JSON.stringify({ "supported_models": [], exitlab: block });
  const intercept = (route: string) =>
    route.endsWith("/get_server_capabilities") ? { status: 200, type: "application/json", body } : null;
  return await withServer({ intercept }, {}, async (client) => {
    const named = await withServer(
      { intercept },
      { profile: profiles.exitlab },
      ({ profile }) => Promise.resolve(profile),
    );
    // Named or found out, it is the same server.
    assert.deepEqual(named, client.profile);
    assert.equal(client.profile.deterministic, client.extensions?.deterministic);
    return client.extensions;
  });
}

Deno.test("TinkerClient.extensions has what our server says of itself, and null for what it does not", async () => {
  const { protocol, micro_tokens: microTokens, ...rest } = whole;
  assert.equal(protocol, 1);
  assert.deepEqual(await read(whole), { ...rest, microTokens });
  const least = { protocol: 1, version: "0", vocabulary: 12, device: "cpu", dtype: "float32" };
  const nothing = { torch: null, threads: null, microTokens: null, checkpoints: null, revision: null };
  const { protocol: _, ...said } = least;
  assert.deepEqual(await read(least), { ...said, deterministic: false, ...nothing });
  const odd = { torch: 2, threads: "4", "micro_tokens": null, checkpoints: 1, revision: null };
  assert.deepEqual(await read({ ...least, ...odd }), { ...said, deterministic: false, ...nothing });
  await assert.rejects(read({ ...whole, protocol: 2 }), /Expected a server of protocol 1 but found 2/);
  await assert.rejects(read({ ...whole, vocabulary: "many" }), /found "many" .*exitlab\.vocabulary/);
});
