import assert from "node:assert/strict";
import { join } from "node:path";
import { grpo, hub } from "exitlab";
import { engineCommands } from "exitlab/runners/hf/plan/engine_commands.ts";

const place = { port: 8123, checkpoints: "/kept/it", model: null };
const arm = {
  policy: hub("Qwen/Qwen2.5-7B-Instruct", { context: 16_384 }),
  objective: grpo({ weightDecay: 0.1 }),
};
const local = { ...arm, policy: hub("local/tiny_llama", { context: 128 }) };

Deno.test("engineCommands() starts the own trainer with options that it has", async () => {
  const source = await Deno.readTextFile(
    new URL("../../../../runners/tgi/trainer/exitlab_trainer/__main__.py", import.meta.url),
  );
  const known = new Set([...source.matchAll(/"(--[a-z-]+)"/g)].map(([, name]) => name));
  for (const [gpus, policy] of [[0, arm], [1, arm], [4, arm], [0, local]] as const) {
    const model = policy === local ? { folder: "model", weights: false } : null;
    const commands = engineCommands({ engine: "exitlab", gpus }, policy, { ...place, model }) ??
      assert.fail();
    for (const word of commands.start.filter((word) => word.startsWith("--"))) {
      assert.ok(known.has(word), word);
    }
    assert.equal(commands.health, "http://127.0.0.1:8123/health");
    assert.equal(commands.start.includes("--activation-checkpointing"), gpus > 0);
    assert.equal(commands.setup.join().includes("[multi-gpu]"), gpus > 1);
  }
});

Deno.test("engineCommands() starts a folder under the policy's name, at random where it has no weights", () => {
  const start = (weights: boolean): readonly string[] =>
    engineCommands({ engine: "exitlab", gpus: 0 }, local, { ...place, model: { folder: "m", weights } })
      ?.start ?? [];
  assert.deepEqual(start(false), [
    ...["exitlab-trainer", "--model", "m", "--name", "local/tiny_llama", "--random-weights"],
    ...["--checkpoints", "/kept/it", "--host", "127.0.0.1", "--port", "8123"],
  ]);
  assert.ok(!start(true).includes("--random-weights"));
});

Deno.test("engineCommands() installs nothing where the trainer is there already", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const program = join(folder, "exitlab-trainer");
    await Deno.writeTextFile(program, "#!/bin/sh\n");
    await Deno.chmod(program, 0o755);
    const [line = []] = engineCommands({ engine: "exitlab", gpus: 1 }, arm, place)?.setup ?? [];
    const [bash = "", ...args] = line;
    const run = async (path: string): Promise<number> =>
      (await new Deno.Command(bash, { args, env: { PATH: path }, stdout: "null", stderr: "null" }).output())
        .code;
    assert.equal(await run(`${folder}:/usr/bin:/bin`), 0);
    // Without it and without uv there is nothing to install it with.
    assert.notEqual(await run("/usr/bin:/bin"), 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("engineCommands() starts SkyRL at the commit that was read, through uv run itself", async () => {
  const { setup, start, health } = engineCommands({ engine: "skyrl", gpus: 4 }, arm, place) ?? assert.fail();
  assert.match(
    setup.join("\n"),
    /git clone https:\/\/github\.com\/NovaSky-AI\/SkyRL\.git .*checkout --detach a9564572eb8e/,
  );
  assert.equal(health, "http://127.0.0.1:8123/api/v1/healthz");
  // What bash comes to run, in a folder as if cloned.
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "skyrl"));
    const program = join(folder, "uv");
    await Deno.writeTextFile(program, '#!/bin/bash\npwd\nprintf "%s\\n" "$@"\n');
    await Deno.chmod(program, 0o755);
    const [bash = "", ...args] = start;
    const { stdout } = await new Deno.Command(bash, {
      args,
      cwd: folder,
      env: { PATH: `${folder}:/usr/bin:/bin` },
    })
      .output();
    const [where = "", ...words] = new TextDecoder().decode(stdout).trimEnd().split("\n");
    assert.match(where, /\/skyrl$/);
    assert.deepEqual(words.slice(0, 7), [
      "run",
      "--extra",
      "tinker",
      "--extra",
      "fsdp",
      "-m",
      "skyrl.tinker.api",
    ]);
    assert.deepEqual(words.slice(words.indexOf("--base-model"), -2), [
      ...["--base-model", "Qwen/Qwen2.5-7B-Instruct", "--backend", "fsdp", "--checkpoints-base", "/kept/it"],
    ]);
    assert.deepEqual(JSON.parse(words.at(-1) ?? ""), {
      "trainer.placement.policy_num_gpus_per_node": 4,
      "generator.inference_engine.num_engines": 4,
      "trainer.max_tokens_per_microbatch": 16_384,
      "trainer.policy.optimizer_config.max_grad_norm": 1,
      "trainer.policy.optimizer_config.weight_decay": 0.1,
      "trainer.policy.optimizer_config.adam_betas": [0.9, 0.99],
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("engineCommands() has none for the embedded engine, and refuses a folder for SkyRL", () => {
  assert.equal(engineCommands({ engine: "embedded", gpus: 0 }, arm, place), null);
  assert.throws(
    () =>
      engineCommands({ engine: "skyrl", gpus: 4 }, arm, { ...place, model: { folder: "m", weights: true } }),
    /Cannot serve "Qwen\/Qwen2\.5-7B-Instruct" from a folder with SkyRL, which takes models of the Hub; use --engine exitlab/,
  );
});
