/**
 * How long a newcomer waits: from the start of the process to the end of the first training step, warm start and
 * evaluation left out.
 *
 * @module
 */
import { row } from "./row.ts";

const repeats = 5;

/** Measures cold processes and prints the median. */
export async function benchStartup(): Promise<void> {
  const seconds: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) seconds.push(await firstStep());
  const median = seconds.toSorted((a, b) => a - b)[Math.floor(repeats / 2)] ?? 0;
  row("process start to first training step", `${median.toFixed(2)} s`, `median of ${repeats}`);
}

async function firstStep(): Promise<number> {
  const runs = await Deno.makeTempDir();
  try {
    const began = performance.now();
    const settings = [
      "policy.warmStart.steps=0",
      "evaluate.tasks=1",
      "evaluate.steps=0",
      "budget.iterations=1",
    ];
    const child = new Deno.Command("deno", {
      args: [
        ...["task", "--quiet", "run", "experiments/exit_math.ts", "--quick", "--arm", "exit", "--runs", runs],
        ...settings.flatMap((setting) => ["--set", setting]),
      ],
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let [seen, seconds] = ["", NaN];
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      seen += text;
      if (Number.isNaN(seconds) && seen.includes("iteration 1 ")) {
        seconds = (performance.now() - began) / 1000;
      }
    }
    if (!(await child.status).success) throw new Error(seen);
    return seconds;
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
}

if (import.meta.main) await benchStartup();
