import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { allRows } from "../../support/all_rows.ts";
import { root } from "../../support/command_line.ts";
import { containers } from "../../support/hub/container.ts";
import { withSession } from "../../support/hub/jobs_session.ts";
import { trainerCommand } from "../../support/trainer.ts";

/** A virtual environment and the Python that it was made from. */
async function environmentFolders(venv: string): Promise<string[]> {
  const made = /^home = (.+)$/m.exec(await Deno.readTextFile(join(venv, "pyvenv.cfg")))?.[1];
  return made === undefined ? [venv] : [dirname(made), venv];
}

Deno.test({
  name:
    "run --runner hf runs the job's very command in a container: the trainer on loopback, the controller beside it",
  ignore: !containers || trainerCommand !== join(root, ".venv/bin/exitlab-trainer"),
  fn: async () => {
    const venv = join(root, ".venv");
    await withSession({
      container: { folders: await environmentFolders(venv), programs: [join(venv, "bin")] },
    }, async ({ folder, runs, state, task }) => {
      const { code, said } = await task(
        "run",
        "experiments/exit_math_llama.ts",
        ...["--runner", "hf", "--hardware", join(folder, "hardware.json")],
        ...["--engine", "exitlab", "--flavor", "cpu-upgrade", "--timeout", "1"],
        ...["--model", "runners/tgi/trainer/tiny_llama", "--arm", "exit", "--seed", "1"],
        ...["policy.warmStart.steps=4", "objective.groups=4", "objective.groupSize=4", "budget.iterations=2"]
          .flatMap((change) => ["--set", change]),
        ...["evaluate.steps=1", "evaluate.tasks=4", "evaluate.samples=1", "evaluate.resamples=0"]
          .flatMap((change) => ["--set", change]),
      );
      const [job] = state.jobs.list;
      assert.equal(code, 0, `${said}\n${job?.log.map(({ data }) => data).join("\n")}`);
      const { steps = [], evaluations = [] } = await allRows(runs);
      assert.equal(steps.length, 2);
      assert.equal(evaluations.length, 2 * 2 * 4);
      const [run = ""] = await Array.fromAsync(Deno.readDir(runs), ({ name }) => name);
      // The server's own checkpoints came home: they are small.
      const engine = await Array.fromAsync(Deno.readDir(join(runs, run, "engine")), ({ name }) => name);
      assert.ok(engine.length > 0);
    });
  },
});
