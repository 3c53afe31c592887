import assert from "node:assert/strict";
import { join } from "node:path";
import { startHub } from "../../support/hub/hub_server.ts";
import { root } from "../../support/command_line.ts";

/** Plans for hf in a folder of its own, with no token in its environment; resolves to what it wrote. */
async function plan(folder: string, hub: string): Promise<{ code: number; out: string; error: string }> {
  const args = [
    ...["run", "--quiet", "--no-prompt", `--config=${join(root, "deno.json")}`],
    ...["--allow-read", `--allow-write=${folder}`, "--allow-ffi", `--allow-net=${new URL(hub).host}`],
    ...[join(root, "runners/cli/main.ts"), "plan", join(root, "experiments/exit_gsm8k.ts")],
    ...["--arm", "grpo", "--runner", "hf", "--hub", hub],
  ];
  const command = new Deno.Command(Deno.execPath(), { args, cwd: folder, env: { HF_TOKEN: "" } });
  const { code, stdout, stderr } = await command.output();
  return { code, out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
}

Deno.test("plan asks the Hub for machines without a token, keeps the list, and does with it when the Hub is away", async () => {
  const folder = await Deno.makeTempDir();
  const hub = await startHub();
  try {
    const first = await plan(folder, hub.url);
    assert.equal(first.error, "");
    assert.match(first.out, /\nWhere it runs +grpo\n {2}machine +\S+\n {2}GPUs +1\n {2}engine +exitlab\n/);
    assert.deepEqual(hub.state.requests.map(({ method, path }) => `${method} ${path}`), [
      "GET /api/jobs/hardware",
    ]);

    const path = join(folder, ".cache/hf/hardware.json");
    const kept = JSON.parse(await Deno.readTextFile(path));
    assert.equal(kept.hub, hub.url);
    assert.deepEqual(await plan(folder, hub.url), first);
    assert.equal(hub.state.requests.length, 1);

    await Deno.writeTextFile(path, JSON.stringify({ ...kept, fetched: "2026-01-02T03:04:05.000Z" }));
    hub.state.faults.push({ path: /hardware/, status: 404 });
    const old = await plan(folder, hub.url);
    assert.match(old.out, /\n {2}Machines and prices of 2026-01-02 \(http:/);
    assert.match(old.out, /\nUnknown\n {2}- The Hub could not be asked \(.+\); prices are of 2026-01-02\n/);

    await Deno.remove(path);
    hub.state.faults.push({ path: /hardware/, status: 404 });
    const { code, error } = await plan(folder, hub.url);
    assert.equal(code, 2);
    assert.match(
      error,
      /^error: Cannot ask http:.+ save one with: curl https:\/\/huggingface\.co\/api\/jobs\/hardware > hardware\.json\n$/,
    );
  } finally {
    await hub.close();
    await Deno.remove(folder, { recursive: true });
  }
});
