import assert from "node:assert/strict";
import { join } from "node:path";
import { loadHardware } from "exitlab/runners/hf/plan/hardware_list.ts";
import { hardwareFile } from "./list.ts";

const hub = "http://127.0.0.1:1";
const answer = Deno.readTextFileSync(hardwareFile);
const now = Date.UTC(2026, 7, 20, 12);
const day = 24 * 3600 * 1000;

/** A Hub that answers with the list, and counts. */
function answering(): { fetch: typeof fetch; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    fetch: (input) => {
      asked.push(input instanceof Request ? input.url : String(input));
      return Promise.resolve(new Response(answer, { headers: { "content-type": "application/json" } }));
    },
  };
}

/** A Hub that says no. */
const refusing: typeof fetch = () => Promise.resolve(new Response('{"error":"gone"}', { status: 404 }));

async function inFolder(test: (cache: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(join(folder, "hf", "hardware.json"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("loadHardware() reads a saved answer, and dates it by the file", async () => {
  const list = await loadHardware({ file: hardwareFile, hub });
  assert.equal(list.machines.length, 27);
  assert.equal(list.source, hardwareFile);
  assert.match(list.fetched, /^\d{4}-\d\d-\d\d$/);
  assert.equal(
    list.note,
    `How old the prices in ${hardwareFile} are: ${list.fetched} is the day on which the file was written`,
  );
});

Deno.test("loadHardware() asks the Hub once a day", async () => {
  await inFolder(async (cache) => {
    const { fetch, asked } = answering();
    const first = await loadHardware({ hub, cache, now, fetch });
    assert.deepEqual([first.fetched, first.source, first.note], [
      "2026-08-20",
      `${hub}/api/jobs/hardware`,
      null,
    ]);
    const second = await loadHardware({ hub, cache, now: now + day - 1, fetch });
    assert.deepEqual(second, first);
    assert.equal(asked.length, 1);
    assert.equal((await loadHardware({ hub, cache, now: now + day, fetch })).fetched, "2026-08-21");
    // Another Hub's list is not this one's.
    await loadHardware({ hub: "http://127.0.0.1:2", cache, now: now + day, fetch });
    assert.deepEqual(asked.map((url) => new URL(url).port), ["1", "1", "2"]);
  });
});

Deno.test("loadHardware() takes an old list where the Hub does not answer, and says its date", async () => {
  await inFolder(async (cache) => {
    await loadHardware({ hub, cache, now, fetch: answering().fetch });
    const list = await loadHardware({ hub, cache, now: now + 5 * day, fetch: refusing });
    assert.equal(list.fetched, "2026-08-20");
    assert.match(list.note ?? "", /^The Hub could not be asked \(.+\); prices are of 2026-08-20$/);
    // What was kept can be given as a file too.
    const file = await loadHardware({ file: cache, hub });
    assert.deepEqual([file.fetched, file.note], ["2026-08-20", null]);
  });
});

Deno.test("loadHardware() says how to get a list where there is none", async () => {
  await inFolder(async (cache) => {
    await assert.rejects(loadHardware({ hub, cache, now, fetch: refusing }), {
      name: "UserError",
      message:
        /^Cannot ask .+ no list is kept in .+: give --hardware FILE; save one with: curl https:\/\/huggingface\.co\/api\/jobs\/hardware > hardware\.json$/,
    });
    await assert.rejects(
      loadHardware({ file: cache, hub }),
      /Cannot find ".+" \(--hardware\); save one with: curl/,
    );
  });
});

Deno.test("loadHardware() refuses a file that is no such list, and does without a broken cache", async () => {
  await inFolder(async (cache) => {
    await Deno.mkdir(join(cache, ".."));
    await Deno.writeTextFile(cache, "{");
    await assert.rejects(loadHardware({ file: cache, hub }), /Cannot read .+ as JSON/);
    const { fetch, asked } = answering();
    await loadHardware({ hub, cache, now, fetch });
    assert.equal(asked.length, 1);
    await Deno.writeTextFile(cache, '{"format":"exitlab.plan/1"}');
    await assert.rejects(loadHardware({ file: cache, hub }), /Expected a list of hardware/);
  });
});
