import assert from "node:assert/strict";
import { join } from "node:path";
import { readLatestCheckpoint, type RunCheckpoint, writeCheckpoint } from "exitlab/lib/loop/checkpoint.ts";

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function checkpoint(iteration: number): RunCheckpoint {
  return {
    iteration,
    policy: { meta: { kind: "stub" }, data: Uint8Array.of(1, 2, iteration) },
    state: { tokens: 5 },
  };
}

Deno.test("readLatestCheckpoint() gives back the last one written", async () => {
  await withFolder(async (folder) => {
    assert.equal(await readLatestCheckpoint(folder), undefined);
    for (const iteration of [0, 25, 50]) await writeCheckpoint(folder, checkpoint(iteration));
    assert.deepEqual(await readLatestCheckpoint(folder), checkpoint(50));
    const names = [...Deno.readDirSync(join(folder, "checkpoints"))].map(({ name }) => name).toSorted();
    assert.deepEqual(names, ["000025", "000050"]);
  });
});

Deno.test("readLatestCheckpoint() passes over one that was half-written", async () => {
  await withFolder(async (folder) => {
    await writeCheckpoint(folder, checkpoint(25));
    await Deno.mkdir(join(folder, "checkpoints", ".writing-000050"));
    await Deno.writeTextFile(join(folder, "checkpoints", ".writing-000050", "policy.bin"), "half");
    assert.equal((await readLatestCheckpoint(folder))?.iteration, 25);
    await writeCheckpoint(folder, checkpoint(50));
    assert.equal((await readLatestCheckpoint(folder))?.iteration, 50);
  });
});

for (const file of ["policy.bin", "state.json", "manifest.json"]) {
  for (const [kind, damage] of Object.entries({ cut: "", changed: '{"x":1}' })) {
    Deno.test(`readLatestCheckpoint() refuses a ${file} that was ${kind}, and says what to delete`, async () => {
      await withFolder(async (folder) => {
        await writeCheckpoint(folder, checkpoint(25));
        await writeCheckpoint(folder, checkpoint(50));
        await Deno.writeTextFile(join(folder, "checkpoints", "000050", file), damage);
        await assert.rejects(
          readLatestCheckpoint(folder),
          /000050 is damaged: .*; delete that folder and resume from the one before it \(iteration 25\)/,
        );
        await Deno.remove(join(folder, "checkpoints", "000050"), { recursive: true });
        assert.equal((await readLatestCheckpoint(folder))?.iteration, 25);
      });
    });
  }
}
