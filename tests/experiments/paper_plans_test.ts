import assert from "node:assert/strict";
import { join } from "node:path";
import { planCommand } from "exitlab/runners/cli/plan.ts";
import { hardwareFile } from "../runners/hf/plan/list.ts";
import { captured } from "../support/captured.ts";

const experiments = ["paper_math", "paper_tools", "paper_mle"] as const;

/** What the command prints. */
async function plan(name: string, ...words: string[]): Promise<string> {
  const path = join(import.meta.dirname ?? "", "../../experiments", `${name}.ts`);
  const { out, error } = await captured(planCommand, path, ...words);
  assert.equal(error, "");
  return out;
}

for (const name of experiments) {
  Deno.test(`${name} has a plan for hf with GPUs, hours and a price, for each arm and for all jobs`, async () => {
    const out = await plan(name, "--runner", "hf", "--hardware", hardwareFile);
    const row = (label: string): string[] =>
      new RegExp(`\\n {2}${label} +(.+)`).exec(out)?.[1]?.split(/ {2,}/) ?? [];
    assert.match(out, /\nRunner hf, 6 arms × 3 seeds \(1, 2, 3\) = 18 runs\n/);
    assert.match(out, /\nWhere it runs +grpo, curriculum, improve, diverge, exit +chain\n/);
    assert.ok(row("GPUs").every((gpus) => Number(gpus) >= 1), String(row("GPUs")));
    assert.ok(row("hours a job").every((hours) => /^\d+\.\d h$/.test(hours)), String(row("hours a job")));
    for (const label of ["price an hour", "a job, expected", "a job, at most"]) {
      assert.ok(row(label).every((price) => /^\$[\d,]+\.\d\d$/.test(price)), label);
    }
    assert.deepEqual(new Set(row("engine")), new Set([name === "paper_math" ? "exitlab" : "skyrl"]));
    assert.match(
      out,
      /\n {2}All 18 jobs: \$[\d,]+\.\d\d expected, \$[\d,]+\.\d\d at most, if each runs until its time-out; a job that goes on in a further one costs more\n/,
    );
    assert.match(out, /\n {2}Secrets, by name: HF_TOKEN\n/);
    assert.match(out, /none of them was measured/);
    assert.equal(/How long the [\d,]+ programs of the domain/.test(out), name === "paper_mle");
  });

  Deno.test(`${name} has a plan for tgi with SkyRL's command, and what it takes there`, async () => {
    const out = await plan(name, "--runner", "tgi");
    assert.match(out, /\nStart a server \(all arms\)\n/);
    assert.match(
      out,
      /\n {4}uv run --project runners\/tgi\/trainer exitlab-trainer --model \S+ --checkpoints \.cache\/checkpoints .+ --activation-checkpointing/,
    );
    const [, gpus = ""] = /\n {2}SkyRL with FSDP and vLLM: (\d) GPUs? of 80 GB/.exec(out) ?? [];
    const [, settings = ""] =
      /\n {4}uv run --extra tinker --extra fsdp -m skyrl\.tinker\.api .*--backend-config '(.+)'\n/.exec(
        out,
      ) ?? [];
    assert.equal(JSON.parse(settings)["trainer.placement.policy_num_gpus_per_node"], Number(gpus));
    const lacking = out.match(/It lacks what this asks for: \S+/g) ?? [];
    if (name !== "paper_math") return assert.deepEqual(lacking, []);
    // The paper's KL term needs a reference.
    assert.deepEqual(lacking.map((text) => text.split(": ")[1]), [
      "objective.clipNorm",
      "objective.kl",
      "evaluate.temperature",
    ]);
    assert.match(
      out,
      /--server skyrl --set objective\.clipNorm=1e9 --set objective\.kl=null --set evaluate\.temperature=1\n/,
    );
    const mended = ["objective.clipNorm=1e9", "objective.kl=null", "evaluate.temperature=1"];
    const other = await plan(name, "--runner", "tgi", ...mended.flatMap((each) => ["--set", each]));
    assert.doesNotMatch(other, /It lacks/);
  });
}
