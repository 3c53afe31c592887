import assert from "node:assert/strict";
import { readHardware } from "exitlab/runners/hf/hub/hardware.ts";
import { machineOf } from "exitlab/runners/hf/plan/machines.ts";
import { machines } from "./list.ts";

const machine = (flavor: string) => machines.find((each) => each.flavor === flavor) ?? assert.fail(flavor);

/** A machine with a changed accelerator. */
const withGpu = (accelerator: object | null, rest: object = {}) => {
  const item = { name: "new", unitCostUSD: 0.1, unitLabel: "minute", accelerator, ...rest };
  const [hardware] = readHardware([item]);
  return machineOf(hardware ?? assert.fail());
};

Deno.test("machineOf() reads GPUs, memory of each, cores and the price an hour of the Hub's list", () => {
  assert.deepEqual([machine("cpu-basic").cores, machine("cpu-basic").accelerators], [2, null]);
  const prices = ["cpu-basic", "cpu-upgrade", "t4-small", "a100x4", "h200x8", "l40sx4", "rtx-pro-6000"];
  assert.deepEqual(prices.map((flavor) => machine(flavor).pricePerHour), [
    0.01,
    0.03,
    0.4,
    10,
    40,
    8.3,
    2.75,
  ]);
  for (
    const [flavor, count, memory] of [["a100x4", 4, 80], ["h200x8", 8, 141], ["l4x4", 4, 24], [
      "a100-large",
      1,
      80,
    ]] as const
  ) {
    const { accelerators } = machine(flavor);
    assert.deepEqual([accelerators?.count, accelerators?.memory], [count, memory * 1e9], flavor);
  }
});

Deno.test("machineOf() takes memory for that of one GPU where that of all would be far off", () => {
  assert.equal(withGpu({ model: "A100", quantity: 4, vram: "80 GB" }).accelerators?.memory, 80e9);
  assert.equal(withGpu({ model: "A100", quantity: 4, vram: "320 GB" }).accelerators?.memory, 80e9);
  assert.equal(withGpu({ model: "A100", quantity: 1, vram: "40 GB" }).accelerators?.memory, 40e9);
  assert.equal(withGpu({ model: "A100", quantity: 1, vram: "" }).accelerators?.memory, 80e9);
  assert.equal(withGpu({ model: "Other", quantity: 2, vram: "64 GB" }).accelerators?.memory, 32e9);
  assert.equal(withGpu({ model: "Other", quantity: 2 }).accelerators?.memory, null);
});

Deno.test("machineOf() leaves a price of an unknown unit open, and keeps one of less than a cent", () => {
  assert.equal(withGpu(null, { unitLabel: "fortnight" }).pricePerHour, null);
  assert.equal(withGpu(null, { unitLabel: "hour", unitCostUSD: 0.004 }).pricePerHour, 0.004);
  assert.equal(withGpu(null, { unitLabel: "hour", unitCostUSD: 2.5 }).pricePerHour, 2.5);
});
