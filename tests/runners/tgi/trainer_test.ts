/** The self-hosted trainer with a tiny Llama that it makes on the spot: the contract, and the whole loop of `exit_math.ts`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Finding } from "exitlab/lib/domain/finding.ts";
import { checkPolicyEngine } from "exitlab/lib/engine/conformance.ts";
import { hub } from "exitlab/lib/engine/hub.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { tgiEngine } from "../../../runners/tgi/engine.ts";
import { grants } from "../../../runners/cli/launch.ts";
import { allRows } from "../../support/all_rows.ts";
import { root, task } from "../../support/command_line.ts";
import { startTrainer, tinyLlama, trainerCommand } from "../../support/trainer.ts";

const experiment = "experiments/exit_math_llama.ts";

/** Small enough for a minute: more cells are given, and the warm start is short. */
const sizes = [
  "domain.givens=[13,14]",
  "policy.warmStart.steps=70",
  "policy.warmStart.batch=64",
  "objective.groups=16",
  "objective.learningRate=0.001",
  "budget.tokens=null",
  "budget.iterations=20",
  "evaluate.every=0",
  "evaluate.steps=4",
  "evaluate.tasks=32",
  "evaluate.samples=1",
  "checkpoint.every=4",
].flatMap((set) => ["--set", set]);

Deno.test({
  name: "the self-hosted trainer",
  ignore: trainerCommand === undefined,
  fn: async (test) => {
    const folder = await Deno.makeTempDir();
    const port = freePort();
    const start = () =>
      startTrainer({
        model: tinyLlama,
        port,
        args: ["--random-weights", "--checkpoints", join(folder, "checkpoints")],
      });
    let trainer = await start();
    try {
      for (const [what, rank] of [["all parameters", 0], ["adapters", 4]] as const) {
        await test.step(`keeps the contract of an engine, training ${what}`, async () => {
          assert.deepEqual(await conformance(trainer.url, rank), []);
        });
      }
      const [runs, whole, parts] = ["runs", "whole", "parts"].map((name) => join(folder, name));
      assert(runs !== undefined && whole !== undefined && parts !== undefined);
      const words = [experiment, "--runner", "tgi", "--url", trainer.url, "--seed", "1", ...sizes];
      words.push("--runs", runs, "--resume");
      await test.step("runs the loop of exit_math, and the reward rises", async () => {
        const { code, stdout, stderr } = await task("run", ...words);
        assert.equal(code, 0, stderr);
        assert.match(
          stdout,
          /Generated training tokens a run: grpo [\d,]+, chain [\d,]+, exit [\d,]+, diverge/,
        );
        await expectRise(runs);
      });
      await test.step("loses no step when it or the controller is ended by kill -9", async () => {
        const id = await runOf(runs, "exit");
        await Deno.mkdir(whole);
        await Deno.rename(join(runs, id), join(whole, id));
        const undisturbed = await allRows(whole);
        // The same plan again: the other arms are finished, and the warm start is kept by both sides.
        const first = controller(words);
        await iteration(join(runs, id), 6);
        await trainer.kill();
        trainer = await start();
        await iteration(join(runs, id), 11);
        first.kill("SIGKILL");
        await first.status;
        const second = await controller(words).status;
        assert.equal(second.code, 0);
        await Deno.mkdir(parts);
        await Deno.rename(join(runs, id), join(parts, id));
        assert.deepEqual(await allRows(parts), undisturbed);
      });
    } finally {
      await trainer.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** What of the engine contract is not kept. */
async function conformance(url: string, rank: number): Promise<Finding[]> {
  const engine = tgiEngine({ url, cache: "" });
  try {
    const adapter = rank === 0 ? null : { rank, alpha: rank };
    return await checkPolicyEngine(engine, hub("local/tiny_llama", { context: 128, adapter }));
  } finally {
    await engine.close();
  }
}

/** A port that nothing listens on; the trainer has to come back to the same one. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A run of the command line that can be killed. */
function controller(words: readonly string[]): Deno.ChildProcess {
  const main = join(root, "runners/cli/main.ts");
  return new Deno.Command("deno", {
    args: ["run", "-q", "--no-prompt", ...grants("run", words), main, "run", ...words],
    cwd: root,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** Waits until a run has reported an iteration. */
async function iteration(directory: string, wanted: number): Promise<void> {
  const pattern = new RegExp(`"iteration":\\[${wanted}[,\\]]`);
  for (let tries = 0; tries < 2400; tries++) {
    const text = await Deno.readTextFile(join(directory, "events.jsonl")).catch(() => "");
    if (pattern.test(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${directory} has not come to iteration ${wanted}`);
}

/** Holds the arms together to a higher reward in the last half of training than in the first quarter. */
async function expectRise(runs: string): Promise<void> {
  const reader = await openRuns(runs);
  const { rows } = await reader.query(
    "select avg(reward) filter (iteration <= 5), avg(reward) filter (iteration > 10), max(sampler_gap) from steps",
  );
  reader.close();
  const [[before, after, gap] = []] = rows;
  assert(Number(after) > 1.3 * Number(before), `The reward was ${before}, then ${after}`);
  assert(Number(gap) < 1e-4, `The sampler's log-probabilities are ${gap} from the trainer's`);
}

async function runOf(runs: string, arm: string): Promise<string> {
  const reader = await openRuns(runs);
  const { rows } = await reader.query(`select run from runs where arm = '${arm}'`);
  reader.close();
  return String(rows[0]?.[0]);
}
