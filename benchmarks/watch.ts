/**
 * Whether a run is slower while it is watched: its step time with `watch` open and asked ten times a second, against
 * that without, in turns within one run.
 *
 * @module
 */
import { join } from "node:path";
import { openRuns } from "../lib/metrics/reader.ts";
import { row } from "./row.ts";

/** The turns without; there is one fewer with. Their length, and how much of its beginning does not count, in seconds. */
const [turns, length, settling] = [9, 8, 2];

/** How often the page is asked, in milliseconds. */
const every = 100;

interface Turn {
  readonly watched: boolean;
  readonly from: number;
  readonly to: number;
}

/** Measures one run and prints its row. */
export async function benchWatch(): Promise<void> {
  const runs = await Deno.makeTempDir();
  const run = command("run", "benchmarks/watched_experiment.ts", "--runs", runs);
  try {
    const steps = (await runFolder(runs)) + "/events.jsonl";
    while (((await Deno.stat(steps).catch(() => undefined))?.size ?? 0) < 100_000) await sleep(200);
    const done: Turn[] = [];
    for (let turn = 0; turn < 2 * turns - 1; turn++) {
      const watched = turn % 2 === 1;
      const began = Date.now();
      if (watched) await lookAt(runs, length * 1000);
      else await sleep(length * 1000);
      done.push({ watched, from: began + settling * 1000, to: began + length * 1000 });
    }
    report(done, await stepTimes(runs));
  } finally {
    await stop(run);
    await Deno.remove(runs, { recursive: true });
  }
}

/** Opens the page of all runs and asks for it, the run's own and the figures in turns, for so long. */
async function lookAt(runs: string, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  const watch = command("watch", "--runs", runs, "--port", "0");
  try {
    const output = watch.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const [url] = /http:\/\/\S+/.exec((await output.read()).value ?? "") ?? [];
    if (url === undefined) throw new Error("watch did not begin");
    const left = new AbortController();
    const stream = fetch(`${url}/events?all`, { signal: left.signal }).then(drain).catch(() => 0);
    const own = `/run?run=${encodeURIComponent((await runFolder(runs)).split("/").at(-1) ?? "")}`;
    for (let asked = 0; Date.now() < end; asked++) {
      const next = Date.now() + every;
      await drain(await fetch(url + (["/", own, "/state.json"][asked % 3] ?? "/")));
      await sleep(Math.max(0, next - Date.now()));
    }
    left.abort();
    await stream;
    await output.cancel();
  } finally {
    await stop(watch);
  }
}

/** The median step time with relative to the mean of the two turns without beside it. */
function report(
  turns: readonly Turn[],
  steps: readonly { readonly at: number; readonly seconds: number }[],
): void {
  const medians = turns.map(({ from, to }) =>
    median(steps.filter(({ at }) => at >= from && at < to).map(({ seconds }) => seconds))
  );
  const ratios = turns.flatMap(({ watched }, at) => {
    const [before, own, after] = [medians[at - 1], medians[at], medians[at + 1]];
    return watched && before !== undefined && own !== undefined && after !== undefined
      ? [2 * own / (before + after)]
      : [];
  });
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  const spread = Math.sqrt(
    ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / (ratios.length - 1) / ratios.length,
  );
  row(
    "step time with watch open and asked 10 times a second",
    `${mean.toFixed(3)} ± ${spread.toFixed(3)} ×`,
    `medians of ${ratios.length} turns beside those without, ${median(medians).toFixed(3)} s a step`,
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

async function stepTimes(runs: string): Promise<{ readonly at: number; readonly seconds: number }[]> {
  const reader = await openRuns(runs);
  const { rows } = await reader.query("select epoch_ms(time)::double, seconds from steps order by iteration");
  reader.close();
  return rows.map(([at, seconds]) => ({ at: Number(at), seconds: Number(seconds) }));
}

async function runFolder(runs: string): Promise<string> {
  for (;; await sleep(200)) {
    for await (const { name, isDirectory } of Deno.readDir(runs)) {
      const folder = join(runs, name);
      if (isDirectory && await Deno.stat(join(folder, "events.jsonl")).catch(() => undefined)) return folder;
    }
  }
}

function command(...words: string[]): Deno.ChildProcess {
  const permissions = ["--allow-sys=setPriority", `--allow-run=${Deno.execPath()}`];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, "runners/cli/launch.ts", ...words],
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

async function stop(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  await child.status;
  if (!child.stdout.locked) await child.stdout.cancel();
}

async function drain(response: Response): Promise<number> {
  let bytes = 0;
  for await (const chunk of response.body ?? []) bytes += chunk.length;
  return bytes;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

if (import.meta.main) await benchWatch();
