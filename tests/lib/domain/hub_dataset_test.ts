import assert from "node:assert/strict";
import { join } from "node:path";
import { UserError } from "exitlab/lib/errors.ts";
import type { JsonObject } from "exitlab/lib/json.ts";
import { realSurroundings } from "exitlab/lib/domain/dataset_client.ts";
import { readHubDataset } from "exitlab/lib/domain/hub_dataset.ts";
import { type Fault, json, revision, sums } from "./dataset_stand_in.ts";
import { inScene, type Scene, wanted } from "./dataset_scene.ts";

Deno.test("readHubDataset() reads all pages in order", async () => {
  for (const count of [1, 99, 100, 101, 250]) {
    await inScene({ rows: sums(count) }, async ({ read, asked, waits }) => {
      assert.deepEqual(await read(), sums(count).map(({ q = null, a = null }) => ({ q, a })));
      assert.deepEqual(
        asked.map(({ path, query }) => [path, query.offset, query.length, query.config, query.split]),
        [
          ["/splits", undefined, undefined, undefined, undefined],
          ...Array.from(
            { length: Math.ceil(count / 100) },
            (_, page) => ["/rows", String(100 * page), "100", "default", "test"],
          ),
        ],
      );
      assert.deepEqual(waits, []);
    });
  }
});

Deno.test("readHubDataset() fetches each split, configuration and server for itself", async () => {
  const splits = ["train", "test"].flatMap((split) =>
    ["a", "b"].map((config) => ({ dataset: "org/sums", config, split }))
  );
  await inScene({ splits }, async ({ read, asked, server }) => {
    await read({ config: "a" });
    await read({ config: "b" });
    await read({ config: "b", split: "train" });
    await read({ config: "b", split: "train", server: `${server}/` });
    assert.equal(asked.filter(({ path }) => path === "/splits").length, 4);
    await assert.rejects(read(), /Expected a "config" for the data set "org\/sums": it has a, b/);
    await assert.rejects(
      read({ config: "c" }),
      /has no split "test" in config "c" \(it has a\/train, b\/train, a\/test, b\/test\)/,
    );
    await assert.rejects(read({ config: "a", split: "dev" }), /has no split "dev" in config "a"/);
  });
});

Deno.test("readHubDataset() asks again after 429, 5xx and a cut connection, as long as it is asked to wait", async () => {
  const cut = (): Response =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{"rows": [')),
        pull: (controller) => controller.error(new Error("cut")),
      }),
    );
  const faults = new Map<number, () => Response>([
    [0, () => json({ error: "Too many requests" }, 429, { "retry-after": "7" })],
    [1, () => json({ error: "busy" }, 500)],
    [3, () => new Response("Bad gateway", { status: 502 })],
    [4, cut],
    [5, () => json({ error: "later" }, 503, { "retry-after": new Date(Date.now() + 30_000).toUTCString() })],
  ]);
  await inScene({ fault: (_, count) => faults.get(count)?.() }, async ({ read, waits }) => {
    assert.deepEqual(await read(), wanted);
    assert.deepEqual(waits.slice(0, 4), [7, 2, 1, 2]);
    const [last = 0] = waits.slice(4);
    assert(last > 20 && last <= 30, `${last}`);
    assert.equal(waits.length, 5);
  });
});

Deno.test("readHubDataset() gives up in the end, with what was last seen", async () => {
  const always = (fault: () => Response): Scene => ({ fault });
  await inScene(always(() => json({}, 500)), async ({ read, asked, waits, folder }) => {
    await assert.rejects(read(), /Cannot fetch .* from 127\.0\.0\.1:\d+: it answered 500 \(request 6 of 6\)/);
    assert.deepEqual([asked.length, waits], [6, [1, 2, 4, 8, 16]]);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
  await inScene(always(() => json({}, 429, { "retry-after": "3600" })), async ({ read, asked }) => {
    await assert.rejects(read(), /it answered 429 and asks to wait 3600 s; try later/);
    assert.equal(asked.length, 1);
  });
  await inScene({}, async ({ read, asked }) => {
    const deadline = (): AbortSignal => AbortSignal.abort();
    await assert.rejects(read({}, { deadline }), /it did not answer in time \(request 6 of 6\)/);
    assert.equal(asked.length, 0);
  });
});

Deno.test("readHubDataset() names the host and the alternative when nothing answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await inScene({}, async ({ read }) => {
    await assert.rejects(
      read({ server: `http://127.0.0.1:${port}` }),
      new RegExp(
        `from 127\\.0\\.0\\.1:${port}: it cannot be reached \\(.*refused.*\\); go online, or give a file of it instead`,
      ),
    );
  });
});

/** The second page, changed. */
function secondPage(change: (page: Record<string, unknown>, rows: JsonObject[]) => unknown): Fault {
  return ({ path, query }) => {
    if (path !== "/rows" || query.offset !== "100") return undefined;
    const rows = sums(250).slice(100, 200).map((row, at) => ({
      row_idx: 100 + at,
      row,
      truncated_cells: [],
    }));
    return json(change({ features: [], num_rows_total: 250, num_rows_per_page: 100, partial: false }, rows));
  };
}

Deno.test("readHubDataset() refuses answers that are not what it asked for", async () => {
  const refused: [Fault, RegExp][] = [
    [() => new Response("<html>busy</html>"), /it answered no JSON but "<html>busy<\/html>"/],
    [() => json([]), /another form than was agreed on/],
    [() => json({ splits: [{ config: 3 }] }), /another form than was agreed on at "splits\.0\.config"/],
    [secondPage((page) => page), /another form than was agreed on at "rows"/],
    [
      secondPage((page, rows) => ({ ...page, rows: rows.map(({ row = null }) => row) })),
      /at "rows\.0\.row_idx"/,
    ],
    [
      secondPage((page, rows) => ({ ...page, rows: rows.map((each) => ({ ...each, row: [1] })) })),
      /at "rows\.0\.row"/,
    ],
    [secondPage((page, rows) => ({ ...page, rows, num_rows_total: "many" })), /at "num_rows_total"/],
    [
      secondPage((page, rows) => ({ ...page, rows: rows.slice(1) })),
      /asked for rows 100 to 199 and gave others/,
    ],
    [secondPage((page, rows) => ({ ...page, rows: [...rows.slice(1), ...rows.slice(0, 1)] })), /gave others/],
    [
      secondPage((page, rows) => ({
        ...page,
        rows: rows.map((each) => ({ ...each, row_idx: Number(each.row_idx) + 1 })),
      })),
      /asked for rows 100 to 199 and gave others/,
    ],
    [secondPage((page) => ({ ...page, rows: [] })), /gave others/],
    [secondPage((page, rows) => ({ ...page, rows: [...rows, ...rows] })), /gave others/],
    [secondPage((page, rows) => ({ ...page, rows, partial: true })), /only a part of it/],
    [
      secondPage((page, rows) => ({
        ...page,
        rows: rows.map((each, at) => at === 5 ? { ...each, truncated_cells: ["q"] } : each),
      })),
      /it cut row 105 short/,
    ],
    [
      secondPage((page, rows) => ({ ...page, rows, num_rows_total: 5_000_000 })),
      /it has 5000000 rows, more than 200000/,
    ],
    [({ path }) => path === "/rows" ? json({ rows: [], num_rows_total: 0 }) : undefined, /it has no rows/],
    [
      ({ query }) => query.offset === "200" ? json({}, 200, { "x-revision": "f" }) : undefined,
      /changed while it was read/,
    ],
    [
      () => json({ error: "The dataset is gated." }, 401),
      /answered 401 with "The dataset is gated\."; .*is HF_TOKEN set/,
    ],
    [
      () => json({ error: "Parameter 'length' is wrong" }, 422),
      /answered 422 with "Parameter 'length' is wrong"$/,
    ],
    [
      () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1/" } }),
      /it answered 302 with an empty body/,
    ],
  ];
  for (const [fault, message] of refused) {
    await inScene({ fault }, async ({ read, folder }) => {
      await assert.rejects(read(), (error) => {
        assert(error instanceof UserError, String(error));
        assert.match(error.message, message);
        assert.match(error.message, /^Cannot fetch the data set "org\/sums" from 127\.0\.0\.1:\d+: [^\n]*$/);
        return true;
      });
      assert.deepEqual([...Deno.readDirSync(folder)], [], "nothing is kept of it");
    });
  }
});

Deno.test("readHubDataset() stops reading an answer that is too large", async () => {
  const chunk = new Uint8Array(2 ** 24).fill(32);
  let sent = 0;
  const fault = (): Response =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          if (++sent > 16) controller.close();
          else controller.enqueue(chunk);
        },
      }),
    );
  await inScene({ fault }, async ({ read }) => {
    await assert.rejects(read(), /it is too large/);
    assert(sent < 10, `${sent}`);
  });
});

Deno.test("readHubDataset() holds a data set to the revision that was asked for", async () => {
  await inScene({}, async ({ read }) => {
    assert.equal((await read({ revision })).length, 250);
    const other = "f".repeat(40);
    await assert.rejects(read({ revision: other }), new RegExp(`it has revision ${revision}, not ${other}`));
  });
});

Deno.test("readHubDataset() sends the token where it may go, and shows it nowhere", async () => {
  const secret = "hf_verysecret";
  const fault: Fault = ({ authorization }) => json({ error: `who is ${authorization}?` }, 403);
  await inScene({ fault }, async ({ read, asked }) => {
    await assert.rejects(read({}, { token: () => secret }), (error) => {
      assert(error instanceof UserError);
      assert.match(error.message, /who is Bearer …\?/);
      assert.doesNotMatch(error.message, /verysecret/);
      return true;
    });
    assert.deepEqual(asked.map(({ authorization }) => authorization), [`Bearer ${secret}`]);
  });
  const echoes: Fault[] = [
    ({ authorization }) => new Response(`you are ${authorization}`, { headers: { "x-revision": revision } }),
    ({ authorization }) =>
      new Response(JSON.stringify({ error: `you are ${authorization}` }).replaceAll("hf", "\\u0068f"), {
        status: 403,
      }),
  ];
  for (const echo of echoes) {
    await inScene({ fault: echo }, async ({ read }) => {
      await assert.rejects(read({}, { token: () => secret }), (error) => {
        assert(error instanceof UserError);
        assert.match(error.message, /you are Bearer …/);
        assert.doesNotMatch(error.message, /verysecret/);
        return true;
      });
    });
  }
  const before = Deno.env.get("HF_TOKEN");
  Deno.env.set("HF_TOKEN", secret);
  try {
    await inScene({}, async ({ read, asked, folder }) => {
      await read();
      assert.equal(realSurroundings.token(new URL("https://a.endpoints.huggingface.cloud/rows")), undefined);
      assert.equal(realSurroundings.token(new URL("https://datasets-server.huggingface.co/rows")), secret);
      assert(
        asked.length > 0 && asked.every(({ authorization }) => authorization === null),
        "this is no hub",
      );
      for (const { name } of Deno.readDirSync(folder)) {
        assert.doesNotMatch(await Deno.readTextFile(join(folder, name)), /verysecret/);
      }
    });
  } finally {
    if (before === undefined) Deno.env.delete("HF_TOKEN");
    else Deno.env.set("HF_TOKEN", before);
  }
});

Deno.test("readHubDataset() says which columns there are, and what a request must be", async () => {
  await inScene({}, async ({ server, folder }) => {
    const read = (dataset: string, columns: string[], options: object = {}): Promise<unknown> =>
      readHubDataset(dataset, columns, { split: "test", server, ...options }, { folder });
    await assert.rejects(
      read("org/sums", ["levels"]),
      /has no column "levels" \(Did you mean "level"\? It has q, a, level\)/,
    );
    await assert.rejects(
      read("org/other", ["q"]),
      /answered 404 with "The dataset does not exist, or .*; is its name right/,
    );
    for (const name of ["sums", "a/b/c", "../sums", "a/..", "a b/c", "", "org/"]) {
      await assert.rejects(
        read(name, ["q"]),
        /Expected "dataset" to be a data set of the Hugging Face Hub as "org\/name" but found/,
        name,
      );
    }
    await assert.rejects(read("org/sums", ["q"], { split: "" }), /Expected "split" to be a name/);
    await assert.rejects(
      read("org/sums", ["q"], { revision: "main" }),
      /"revision" to be a commit of 40 hexadecimal digits/,
    );
    await assert.rejects(
      read("org/sums", ["q"], { confg: "x" }),
      /Unknown option "confg" \(Did you mean "config"\?\) in hubDataset\(\)/,
    );
    for (const address of ["ftp://x", "x", "http://user:pass@x", "http://x/?a=1"]) {
      await assert.rejects(
        read("org/sums", ["q"], { server: address }),
        /"server" to be an http\(s\) address/,
        address,
      );
    }
  });
});
