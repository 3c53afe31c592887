import assert from "node:assert/strict";
import { join } from "node:path";
import { revision } from "./dataset_stand_in.ts";
import { inScene, wanted } from "./dataset_scene.ts";

Deno.test("readHubDataset() keeps what it fetched, and asks no more", async () => {
  await inScene({}, async ({ read, asked, folder, server }) => {
    const first = await read();
    const requests = asked.length;
    assert.deepEqual(await read(), first);
    assert.equal(asked.length, requests);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
    assert.equal(names.length, 2);
    assert.match(names[0] ?? "", /^org--sums--test--[0-9a-f]{8}\.json$/);
    const about = JSON.parse(await Deno.readTextFile(join(folder, names[0] ?? "")));
    assert.deepEqual(
      { ...about, sha256: about.sha256.length },
      {
        format: "exitlab.dataset/1",
        dataset: "org/sums",
        config: "default",
        split: "test",
        revision,
        server,
        rows: 250,
        sha256: 64,
      },
    );
  });
});

/** Damages what is kept. */
async function change(folder: string, ending: string, damage: (text: string) => string): Promise<void> {
  const name = [...Deno.readDirSync(folder)].map((file) => file.name).find((each) => each.endsWith(ending)) ??
    "";
  await Deno.writeTextFile(join(folder, name), damage(await Deno.readTextFile(join(folder, name))));
}

const damages: [string, string, (text: string) => string][] = [
  ["a changed byte", ".jsonl", (text) => text.replace("What is 7", "What is 8")],
  ["a missing end", ".jsonl", (text) => text.slice(0, -30)],
  ["nothing", ".jsonl", () => ""],
  ["another hash", ".json", (text) => text.replace(/"sha256": "./, '"sha256": "x')],
  ["half of what it is", ".json", (text) => text.slice(0, 40)],
  ["another format", ".json", (text) => text.replace("exitlab.dataset/1", "exitlab.dataset/9")],
];

Deno.test("readHubDataset() fetches anew what is damaged", async () => {
  await inScene({}, async ({ read, asked, folder }) => {
    await read();
    for (const [what, ending, damage] of damages) {
      await change(folder, ending, damage);
      const requests = asked.length;
      assert.deepEqual(await read(), wanted, what);
      assert(asked.length > requests, `${what} was taken`);
      const after = asked.length;
      await read();
      assert.equal(asked.length, after, `${what} was mended`);
    }
  });
});

/** Reads in a process that may write where data sets are kept, but has no network; or the other way round. */
async function readOffline(
  server: string,
  folder: string,
  allowed: string = `--allow-write=${folder}`,
): Promise<{ code: number; said: string }> {
  const script = `
    import { readHubDataset } from "exitlab/domain";
    try {
      const rows = await readHubDataset("org/sums", ["q", "a"], { split: "test", server: "${server}" }, { folder: "${folder}" });
      console.log(JSON.stringify(rows));
    } catch (error) {
      console.log(error.name + ": " + error.message);
      Deno.exit(2);
    }`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  await Deno.writeTextFile(file, script);
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        `--config=${config}`,
        "--allow-read",
        allowed,
        file,
      ],
      stdout: "piped",
      stderr: "piped",
    }).output();
    return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("readHubDataset() reads what is kept without the network, and says how to get the rest", async () => {
  await inScene({}, async ({ read, folder, server, asked }) => {
    const host = new URL(server).host;
    const missing = await readOffline(server, folder);
    assert.equal(missing.code, 2);
    assert.match(
      missing.said,
      new RegExp(
        `^UserError: The data set "org/sums" is not in ${folder} yet: add --net ${host} once to fetch it, or give a file of it instead\n$`,
      ),
    );
    assert.deepEqual(await readOffline(server, folder, "--allow-net"), missing, "nowhere to keep it");
    assert.deepEqual(asked, []);
    await read();
    const kept = await readOffline(server, folder);
    assert.deepEqual([kept.code, JSON.parse(kept.said)], [0, wanted]);
    await change(folder, ".jsonl", (text) => text.slice(0, -1));
    const damaged = await readOffline(server, folder);
    assert.equal(damaged.code, 2);
    assert.match(
      damaged.said,
      new RegExp(
        `^UserError: The data set "org/sums" is damaged in .*: add --net ${host} once to fetch it anew\n$`,
      ),
    );
  });
});

Deno.test("readHubDataset() says that it cannot keep what it fetched", async () => {
  await inScene({}, async ({ read, folder }) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    await assert.rejects(
      read({}, { folder: join(file, "below") }),
      /Cannot keep the data set "org\/sums" in .*below/,
    );
  });
});
