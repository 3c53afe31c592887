import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { Carrier } from "exitlab/runners/hf/job/carry.ts";
import { PatientSave } from "exitlab/runners/hf/job/patient_save.ts";
import { manifestName, parseManifest, writeManifest } from "exitlab/runners/hf/job/manifest.ts";

/** Folders of a made-up container and bucket. */
async function withFolders(
  use: (home: string, bucket: string, fresh: () => string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  let count = 0;
  try {
    await use(join(root, "home"), join(root, "bucket"), () => join(root, `fresh-${++count}`));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const homes = (folder: string) => ({ run: join(folder, "run"), engine: join(folder, "engine") });

async function put(folder: string, path: string, text: string): Promise<void> {
  const file = join(folder, path);
  await Deno.mkdir(join(file, ".."), { recursive: true });
  await Deno.writeTextFile(file, text);
}

/** What a run leaves after so many iterations. */
async function train(home: string, iteration: number): Promise<void> {
  await put(home, `run/checkpoints/${String(iteration).padStart(6, "0")}/policy.bin`, `weights ${iteration}`);
  await put(home, "run/run.duckdb", `rows up to ${iteration}`);
  await put(home, "run/events.jsonl", `lines up to ${iteration}`);
  await put(home, `engine/model/weights-${iteration}`, `server's weights ${iteration}`);
  await put(home, "run/checkpoints/.writing-000099/policy.bin", "half");
}

async function files(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (path: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      const at = join(path, name);
      if (isDirectory) await walk(at);
      else found[at.slice(folder.length + 1)] = await Deno.readTextFile(at);
    }
  };
  await walk(folder);
  return found;
}

Deno.test("Carrier brings back what it saved last, drafts aside", async () => {
  await withFolders(async (home, bucket, fresh) => {
    const carrier = new Carrier(homes(home), bucket, "first");
    assert.equal(await carrier.restore(), undefined);
    for (const iteration of [0, 5, 10]) {
      await train(home, iteration);
      await carrier.save(iteration, iteration === 10 ? "finished" : "unfinished");
    }
    const other = fresh();
    const manifest = await new Carrier(homes(other), bucket).restore();
    assert.equal(manifest?.iteration, 10);
    assert.equal(manifest?.status, "finished");
    assert.deepEqual(await files(other), {
      "run/checkpoints/000000/policy.bin": "weights 0",
      "run/checkpoints/000005/policy.bin": "weights 5",
      "run/checkpoints/000010/policy.bin": "weights 10",
      "run/run.duckdb": "rows up to 10",
      "run/events.jsonl": "lines up to 10",
      "engine/model/weights-0": "server's weights 0",
      "engine/model/weights-5": "server's weights 5",
      "engine/model/weights-10": "server's weights 10",
    });
  });
});

Deno.test("Carrier keeps two states and removes what only older ones had", async () => {
  await withFolders(async (home, bucket) => {
    const carrier = new Carrier(homes(home), bucket, "first");
    for (const iteration of [1, 2, 3, 4]) {
      await train(home, iteration);
      if (iteration > 1) {
        await Deno.remove(join(home, `run/checkpoints/${String(iteration - 1).padStart(6, "0")}`), {
          recursive: true,
        });
      }
      await carrier.save(iteration, "unfinished");
    }
    const kept = Object.keys(await files(bucket));
    assert.deepEqual(kept.filter((path) => path.includes("manifest")).toSorted(), [
      `first/${manifestName(3)}`,
      `first/${manifestName(4)}`,
    ]);
    assert.deepEqual(kept.filter((path) => path.startsWith("first/run/checkpoints")).toSorted(), [
      "first/run/checkpoints/000003/policy.bin",
      "first/run/checkpoints/000004/policy.bin",
    ]);
    const folders = await Array.fromAsync(Deno.readDir(join(bucket, "first")), ({ name }) => name);
    assert.deepEqual(folders.filter((name) => name.startsWith("run.")).toSorted(), ["run.3", "run.4"]);
  });
});

Deno.test("Carrier never brings back half a state, wherever the one before it was cut off", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 30 }), fc.nat({ max: 12 }), async (gone, cut) => {
      await withFolders(async (home, bucket, fresh) => {
        const carrier = new Carrier(homes(home), bucket, "first");
        await train(home, 5);
        await carrier.save(5, "unfinished");
        const before = new Set(Object.keys(await files(bucket)));
        await train(home, 10);
        await carrier.save(10, "unfinished");
        // Cut off: of the files that the second state added, one is missing and one is short.
        const added = Object.keys(await files(bucket)).filter((path) => !before.has(path)).toSorted();
        const lost = added[gone % added.length] ?? "";
        const short = added[cut % added.length] ?? "";
        await Deno.truncate(join(bucket, short), 3);
        await Deno.remove(join(bucket, lost));
        const other = fresh();
        const manifest = await new Carrier(homes(other), bucket).restore();
        assert.equal(manifest?.iteration, 5);
        const restored = await files(other);
        assert.equal(restored["run/run.duckdb"], "rows up to 5");
        assert.equal(restored["run/checkpoints/000010/policy.bin"], undefined);
      });
    }),
    { numRuns: 30 },
  );
});

Deno.test("Carrier is not harmed by a job that still writes after its time, nor by what it leaves half done", async () => {
  await withFolders(async (home, bucket, fresh) => {
    const late = new Carrier(homes(home), bucket, "late");
    await train(home, 5);
    await late.save(5, "unfinished");
    const second = fresh();
    const carrier = new Carrier(homes(second), bucket, "next");
    assert.equal((await carrier.restore())?.iteration, 5);
    // The late one goes on, with other numbers of the same size and under the same names.
    await put(home, "engine/model/weights-10", "SERVER'S WEIGHTS 10");
    await train(home, 10);
    await put(home, "engine/model/weights-10", "SERVER'S WEIGHTS 10");
    await late.save(10, "unfinished");
    await train(second, 10);
    await carrier.save(10, "unfinished");
    await train(second, 15);
    await carrier.save(15, "unfinished");
    // By now the late one's folder is gone; what it saves on top of that is whole again, or passed over.
    await train(home, 12);
    await late.save(12, "unfinished");
    const third = fresh();
    assert.equal((await new Carrier(homes(third), bucket).restore())?.iteration, 15);
    assert.equal((await files(third))["engine/model/weights-10"], "server's weights 10");
    await Deno.remove(join(bucket, "next"), { recursive: true });
    const fourth = fresh();
    assert.equal((await new Carrier(homes(fourth), bucket).restore())?.iteration, 12);
    assert.equal((await files(fourth))["engine/model/weights-10"], "SERVER'S WEIGHTS 10");
  });
});

Deno.test("Carrier leaves jobs alone that began after it, and removes those before it once it has two states", async () => {
  await withFolders(async (home, bucket, fresh) => {
    await train(home, 5);
    const first = new Carrier(homes(home), bucket, "first");
    await first.save(5, "unfinished");
    const second = fresh();
    const next = new Carrier(homes(second), bucket, "next");
    await next.restore();
    await train(second, 10);
    await next.save(10, "unfinished");
    const jobs = async (): Promise<string[]> =>
      (await Array.fromAsync(Deno.readDir(bucket), ({ name }) => name)).toSorted();
    for (const iteration of [6, 7, 8]) {
      await train(home, iteration);
      await first.save(iteration, "unfinished");
    }
    assert.deepEqual(await jobs(), ["first", "next"]);
    await next.save(15, "unfinished");
    assert.deepEqual(await jobs(), ["next"]);
    assert.equal((await new Carrier(homes(fresh()), bucket).restore())?.iteration, 15);
  });
});

Deno.test("Carrier takes the finished state before any other, and the furthest before the latest", async () => {
  await withFolders(async (home, bucket, fresh) => {
    for (const [job, iteration, status] of [["a", 20, "unfinished"], ["b", 15, "unfinished"]] as const) {
      await train(home, iteration);
      await new Carrier(homes(home), bucket, job).save(iteration, status);
    }
    assert.equal((await new Carrier(homes(fresh()), bucket).restore())?.iteration, 20);
    await new Carrier(homes(home), bucket, "c").save(14, "finished");
    assert.equal((await new Carrier(homes(fresh()), bucket).restore())?.status, "finished");
  });
});

Deno.test("PatientSave lets a run go on where the bucket refuses for a while, and not for long", async () => {
  const said: string[] = [];
  const waited: number[] = [];
  const results = [false, false, true, false, false, false];
  const keep = new PatientSave({
    save: () => results.shift() === true ? Promise.resolve() : Promise.reject(new Error("no space left")),
    print: (line) => said.push(line),
    wait: (seconds) => Promise.resolve(void waited.push(seconds)),
  });
  for (const iteration of [1, 2, 3, 4, 5]) await keep.now(iteration);
  assert.equal(said.length, 4);
  assert.equal(said[0], "The bucket does not take iteration 1: no space left");
  await assert.rejects(keep.now(6), /no space left/);
  results.push(false, false, true);
  await keep.last(7, "finished");
  assert.deepEqual(waited, [5, 20]);
  await assert.rejects(keep.last(8, "finished"), /no space left/);
});

Deno.test("parseManifest() refuses what is cut short, changed, or points elsewhere", () => {
  const file = { home: "run", path: "run.duckdb", stored: "run.1/run.duckdb", size: 3 } as const;
  const content = {
    format: "exitlab.carried/1",
    number: 1,
    iteration: 5,
    status: "unfinished",
    files: [file],
  } as const;
  const text = writeManifest({ ...content, files: [file] });
  assert.deepEqual(parseManifest(text), content);
  fc.assert(fc.property(fc.nat({ max: text.length - 3 }), (length) => {
    assert.equal(parseManifest(text.slice(0, length)), undefined);
  }));
  assert.equal(parseManifest(text.replace('"iteration": 5', '"iteration": 6')), undefined);
  for (const path of ["../x", "/etc/passwd", "a/../../b", "", "a//b", "a\\b", "."]) {
    assert.equal(parseManifest(writeManifest({ ...content, files: [{ ...file, path }] })), undefined, path);
    assert.equal(
      parseManifest(writeManifest({ ...content, files: [{ ...file, stored: path }] })),
      undefined,
      path,
    );
  }
});
