import assert from "node:assert/strict";
import { UserError } from "exitlab/lib/errors.ts";
import { fetchHardware, readHardware } from "exitlab/runners/hf/hub/hardware.ts";
import { HubClient } from "exitlab/runners/hf/hub/hub_client.ts";
import { withHub } from "../../../support/hub/hub_server.ts";

const a100 = {
  name: "a100x4",
  prettyName: "4x Nvidia A100",
  cpu: "48 vCPU",
  ram: "568 GB",
  ephemeralStorage: "4000 GB",
  accelerator: { type: "gpu", model: "A100", quantity: "4", vram: "320 GB", manufacturer: "Nvidia" },
  unitCostMicroUSD: 166667,
  unitCostUSD: 0.166667,
  unitLabel: "minute",
};

Deno.test("readHardware() gives numbers as numbers, and leaves out what it does not know", () => {
  const { ephemeralStorage: _storage, unitCostMicroUSD: _cost, ...rest } = a100;
  const expected = { ...rest, accelerator: { ...rest.accelerator, quantity: 4 } };
  assert.deepEqual(readHardware([a100]), [expected]);
  assert.deepEqual(readHardware([{ ...a100, unitCostUSD: "0.166667", accelerator: expected.accelerator }]), [
    expected,
  ]);
  const { accelerator: _accelerator, ...plain } = a100;
  for (const item of [plain, { ...a100, accelerator: null }]) {
    assert.equal(readHardware([item])[0]?.accelerator, null);
  }
});

Deno.test("readHardware() takes kinds of hardware that are new", () => {
  const tpu = {
    ...a100,
    name: "v9-64",
    accelerator: { type: "tpu", model: "v9", quantity: 64, vram: "2 TB", manufacturer: "Google", links: [] },
  };
  assert.deepEqual(readHardware([tpu])[0]?.accelerator, {
    type: "tpu",
    model: "v9",
    quantity: 64,
    vram: "2 TB",
    manufacturer: "Google",
  });
});

Deno.test("readHardware() passes over what cannot be read, unless that is all", () => {
  const bad = [
    null,
    "a100",
    {},
    { ...a100, name: "" },
    { ...a100, unitCostUSD: "free" },
    { ...a100, unitCostUSD: -1 },
    { ...a100, unitCostUSD: "" },
    { ...a100, unitLabel: undefined },
    { ...a100, accelerator: { ...a100.accelerator, quantity: "many" } },
    { ...a100, accelerator: { ...a100.accelerator, quantity: 0.5 } },
  ];
  assert.deepEqual(readHardware([...bad, a100]).map(({ name }) => name), ["a100x4"]);
  assert.throws(() => readHardware(bad), UserError);
  for (const none of [[], {}, null, undefined, "list"]) assert.throws(() => readHardware(none), UserError);
});

Deno.test("fetchHardware() asks without a token", async () => {
  await withHub({}, async ({ access, state }) => {
    const hardware = await fetchHardware(new HubClient({ ...access, token: undefined }));
    assert.ok(hardware.length > 5);
    assert.equal(hardware.find(({ name }) => name === "a100x4")?.unitCostUSD, 0.166667);
    // A token that has expired does no harm.
    state.token = "hf_another";
    assert.deepEqual(await fetchHardware(new HubClient(access)), hardware);
    state.faults.push({ path: /hardware/, status: 200, body: { error: "moved" } });
    await assert.rejects(fetchHardware(new HubClient(access)), /list of hardware/);
  });
});
