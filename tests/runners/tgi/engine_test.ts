import assert from "node:assert/strict";
import { type TgiEngine, tgiEngine } from "../../../runners/tgi/engine.ts";
import { type ServerName, serverNames } from "../../../runners/tgi/tinker/profile.ts";
import { TinkerServer } from "../../support/tinker_server.ts";

async function withEngine(server: ServerName, use: (engine: TgiEngine) => Promise<void>): Promise<void> {
  const standIn = await TinkerServer.start({ extended: server === "exitlab" });
  const engine = tgiEngine({ url: standIn.url, server, cache: "tokenizers" });
  try {
    await use(engine);
  } finally {
    await engine.close();
    await standIn.stop();
  }
}

Deno.test("tgiEngine() tells what each kind of server lacks", async () => {
  const lacks: Record<string, string[]> = {};
  for (const server of serverNames) {
    await withEngine(server, async (engine) => {
      const capabilities = await engine.capabilities();
      lacks[server] = Object.entries(capabilities).filter(([, has]) => has === false).map(([name]) => name);
      assert.equal(capabilities.reduction, "sum");
    });
  }
  const common = ["entropy", "embeddings", "reference", "savesPublished", "deterministic"];
  assert.deepEqual(Object.fromEntries(Object.entries(lacks).map(([name, list]) => [name, list.toSorted()])), {
    exitlab: [],
    "skyrl-jax": [...common, "temperature", "clipNorm", "holdsPublished"].toSorted(),
    skyrl: [...common, "temperature", "clipNorm", "holdsPublished"].toSorted(),
    tuft: [...common, "topP"].toSorted(),
    verl: [...common, "temperature", "clipNorm", "holdsPublished"].toSorted(),
    tinker: [...common, "temperature"].toSorted(),
  });
});

Deno.test("tgiEngine() tells the only alpha of a server's adapters", async () => {
  const alphas: Record<string, (number | null)[]> = {};
  for (const server of serverNames) {
    await withEngine(server, async (engine) => {
      alphas[server] = [await engine.alpha(8), await engine.alpha(16)];
    });
  }
  assert.deepEqual(alphas, {
    exitlab: [null, null],
    "skyrl-jax": [32, 32],
    skyrl: [32, 32],
    tuft: [16, 32],
    verl: [null, null],
    tinker: [32, 32],
  });
});
