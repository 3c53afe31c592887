/**
 * How fast many runs are read: 100 of them with 10⁶ rollouts and 2.6 · 10⁶ held-out answers. Each figure is of a new
 * process, from its start to its end, as a user waits for it; the machine's other work counts too, so that the least of a
 * few is told, and the limit that it has to keep.
 *
 * Usage: deno run -A benchmarks/reading.ts [FOLDER]    # FOLDER of runs that benchmarks/many_runs.ts made
 *
 * @module
 */
import { join } from "node:path";
import { makeManyRuns, rolloutsPerRun } from "./many_runs.ts";
import { row } from "./row.ts";

const runs = 100;

/** How often each is measured. */
const times = 3;

/** The commands, with the most seconds that each may take. */
const commands: readonly (readonly [name: string, limit: number, words: readonly string[]])[] = [
  ["sql: from curves where step = 16", 1, ["sql", "from curves where step = 16"]],
  ["sql: from curves", 1, ["sql", "from curves"]],
  ["compare", 5, ["compare"]],
  ["report", 10, ["report"]],
];

/** Measures and prints one row each. */
export async function benchReading(made?: string): Promise<void> {
  const folder = made ?? await Deno.makeTempDir();
  const out = await Deno.makeTempDir();
  try {
    if (made === undefined) {
      const seconds = await took(() => makeManyRuns(folder, runs));
      row(`make ${runs} runs of ${rolloutsPerRun.toLocaleString("en")} rollouts`, `${seconds.toFixed(1)} s`);
    }
    for (const [name, limit, words] of commands) {
      const all: number[] = [];
      for (let time = 0; time < times; time++) {
        all.push(
          await took(() =>
            command([...words, "--runs", folder, ...words[0] === "report" ? ["--out", out] : []])
          ),
        );
      }
      const least = Math.min(...all);
      row(name, `${least.toFixed(2)} s`, `limit ${limit} s${least > limit ? ": too slow" : ""}`);
    }
  } finally {
    if (made === undefined) await Deno.remove(folder, { recursive: true });
    await Deno.remove(out, { recursive: true });
  }
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return (performance.now() - before) / 1000;
}

/** Runs a command as the command line does. */
async function command(words: readonly string[]): Promise<void> {
  const main = join(import.meta.dirname ?? "", "..", "runners", "cli", "main.ts");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", "-A", main, ...words],
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

if (import.meta.main) await benchReading(Deno.args[0]);
