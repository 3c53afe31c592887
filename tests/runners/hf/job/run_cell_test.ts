import assert from "node:assert/strict";
import { join } from "node:path";
import type { Compiled } from "exitlab/lib/experiment/compile.ts";
import { Carrier } from "exitlab/runners/hf/job/carry.ts";
import { reserve, runCell } from "exitlab/runners/hf/job/run_cell.ts";
import { allRows } from "../../../support/all_rows.ts";
import { localRows, smallCell } from "../../../support/hub/small_submission.ts";

/** Runs a cell in a container of some name, which is a folder here; bucket beside it. */
async function inContainer(
  folder: string,
  name: string,
  { plan, jobs: [job] }: Compiled,
  { seconds, signal, said = [] }: {
    readonly seconds: number;
    readonly signal?: AbortSignal;
    readonly said?: string[];
  },
): Promise<string> {
  assert.ok(job);
  const work = join(folder, name);
  await Deno.mkdir(work);
  return await runCell({
    cell: {
      format: "exitlab.cell/1",
      run: job.id,
      plan: "exitlab-plan.json",
      engine: null,
      programs: [],
      hosts: [],
      seconds,
    },
    plan,
    job,
    work,
    folder: join(folder, "bucket"),
    began: Date.now(),
    print: (line) => said.push(line),
    signal: signal ?? new AbortController().signal,
  });
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("runCell() stops by itself before its time is up, and goes on from there in another container", async () => {
  await withFolder(async (folder) => {
    const compiled = smallCell(1_000_000);
    const said: string[] = [];
    assert.equal(await inContainer(folder, "first", compiled, { seconds: 2, said }), "interrupted");
    assert.ok(said.includes("The job's time is nearly up: saving, to go on in another job"));
    said.length = 0;
    const signal = AbortSignal.abort();
    assert.equal(await inContainer(folder, "second", compiled, { seconds: 2, signal, said }), "interrupted");
    assert.match(said[0] ?? "", /^Brought back iteration \d+ \(unfinished\)$/);
  });
});

Deno.test("runCell() ends with the same rows where the job before was killed over its very last state", async () => {
  await withFolder(async (folder) => {
    const compiled = smallCell(6);
    assert.equal(await inContainer(folder, "first", compiled, { seconds: 3600 }), "finished");
    const [job = ""] = await Array.fromAsync(Deno.readDir(join(folder, "bucket")), ({ name }) => name);
    const names = await Array.fromAsync(Deno.readDir(join(folder, "bucket", job)), ({ name }) => name);
    const last = names.filter((name) => name.startsWith("manifest-")).toSorted().at(-1) ?? "";
    await Deno.truncate(join(folder, "bucket", job, last), 100);
    const said: string[] = [];
    assert.equal(await inContainer(folder, "second", compiled, { seconds: 3600, said }), "finished");
    assert.equal(said[0], "Brought back iteration 6 (unfinished)");
    const rows = await localRows(join(folder, "local"), compiled);
    assert.deepEqual(await allRows(join(folder, "second/runs")), rows);
  });
});

Deno.test("runCell() is not harmed by another job of the same run at the same time", async () => {
  await withFolder(async (folder) => {
    const compiled = smallCell(6);
    const ends = await Promise.all(
      ["one", "other"].map((name) => inContainer(folder, name, compiled, { seconds: 3600 })),
    );
    assert.deepEqual(ends, ["finished", "finished"]);
    const run = join(folder, "home/runs/one");
    const carrier = new Carrier({ run, engine: join(folder, "home/engine") }, join(folder, "bucket"));
    assert.equal((await carrier.restore())?.status, "finished");
    const rows = await localRows(join(folder, "local"), compiled);
    assert.deepEqual(await allRows(join(folder, "home/runs")), rows);
  });
});

Deno.test("reserve() leaves half a minute to ten, and never more than half of the time", () => {
  assert.deepEqual([10, 60, 600, 3600, 86_400].map(reserve), [5, 30, 30, 180, 600]);
});
