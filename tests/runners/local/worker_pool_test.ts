import assert from "node:assert/strict";
import { bindKernels, loadKernels } from "../../../runners/local/kernels/kernels.ts";
import { layOutMemory, PAGE } from "../../../runners/local/memory_layout.ts";
import { WorkerPool } from "../../../runners/local/worker_pool.ts";
import { smallShape } from "./fixtures.ts";

/** A pool whose workers compute with `module`, the engine's kernels by default. */
async function openPool(module?: WebAssembly.Module): Promise<WorkerPool> {
  const kernels = (await loadKernels()).module;
  const probe = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const layout = layOutMemory(smallShape, bindKernels(kernels, probe), 2);
  const pages = Math.ceil(layout.bytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return new WorkerPool(module ?? kernels, memory, layout);
}

Deno.test("run() rejects with the message of a worker that fails, then and ever after", async () => {
  const pool = await openPool();
  assert.deepEqual(await pool.run("reduce", [{ tensor: 0 }, { tensor: 1 }]), [0, 0]);
  await assert.rejects(pool.run("reduce", [{ tensor: 0 }, { tensor: 999 }]), /engine failed: No tensor 999/);
  await assert.rejects(pool.run("reduce", [{ tensor: 0 }]), /engine failed: No tensor 999/);
  await assert.rejects(pool.open(), /No tensor 999/);
  pool.close();
});

Deno.test("run() rejects when a worker cannot start", async () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  const pool = await openPool(empty);
  await assert.rejects(pool.run("reduce", [{ tensor: 0 }]), /do not match this version/);
  pool.close();
});
