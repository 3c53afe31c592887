import { allRows } from "./all_rows.ts";
import { start } from "./command_line.ts";

const experiment = "tests/support/small_experiment.ts";

/** What became of a run that was killed again and again. */
export interface KillReport {
  /** How often it was killed. */
  readonly kills: number;
  /** Whether its rows equal those of the undisturbed run. */
  readonly identical: boolean;
}

/** Rows of the undisturbed run of one arm and seed, and how long it took in milliseconds. */
export async function undisturbed(
  arm: string,
  seed: number,
): Promise<{ rows: Awaited<ReturnType<typeof allRows>>; milliseconds: number }> {
  const runs = await Deno.makeTempDir();
  try {
    const began = performance.now();
    const { success, stderr } = await start("run", ...words(arm, seed, runs)).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return { rows: await allRows(runs), milliseconds: performance.now() - began };
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
}

/**
 * Kills a run with SIGKILL at random moments, resuming it each time, then lets it finish and compares its rows. A run
 * that came to its end before it was killed often enough is followed by another.
 */
export async function killAndResume(
  arm: string,
  seed: number,
  kills: number,
  whole: Awaited<ReturnType<typeof undisturbed>>,
): Promise<KillReport> {
  let killed = 0;
  let identical = true;
  while (killed < kills) {
    const runs = await Deno.makeTempDir();
    try {
      let ended = false;
      while (killed < kills && !ended) {
        if (await killOnce(arm, seed, runs, Math.random() * whole.milliseconds / 3)) killed++;
        else ended = true;
      }
      const last = await start("run", ...words(arm, seed, runs), "--resume").output();
      if (!last.success) throw new Error(new TextDecoder().decode(last.stderr));
      identical &&= JSON.stringify(await allRows(runs)) === JSON.stringify(whole.rows);
    } finally {
      await Deno.remove(runs, { recursive: true });
    }
  }
  return { kills: killed, identical };
}

/** Runs or resumes, and kills after a while; whether it was killed before it came to its end. */
async function killOnce(arm: string, seed: number, runs: string, milliseconds: number): Promise<boolean> {
  const child = start("run", ...words(arm, seed, runs), "--resume");
  const drained = Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
  const timer = setTimeout(() => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      // It came to its end a moment ago.
      if (!(error instanceof TypeError)) throw error;
    }
  }, milliseconds);
  const { signal } = await child.status;
  clearTimeout(timer);
  await drained;
  return signal === "SIGKILL";
}

function words(arm: string, seed: number, runs: string): string[] {
  return [experiment, "--arm", arm, "--seed", String(seed), "--set", "budget.iterations=80", "--runs", runs];
}
