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

/** Kills a run with SIGKILL at random moments, resuming it each time, then lets it finish and compares its rows. */
export async function killAndResume(
  arm: string,
  seed: number,
  kills: number,
  whole: Awaited<ReturnType<typeof undisturbed>>,
): Promise<KillReport> {
  const runs = await Deno.makeTempDir();
  let killed = 0;
  try {
    for (let attempt = 0; attempt < kills; attempt++) {
      const child = start("run", ...words(arm, seed, runs), "--resume");
      const drained = Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
      const timer = setTimeout(() => child.kill("SIGKILL"), Math.random() * whole.milliseconds);
      const { signal } = await child.status;
      clearTimeout(timer);
      await drained;
      if (signal === "SIGKILL") killed++;
    }
    const last = await start("run", ...words(arm, seed, runs), "--resume").output();
    if (!last.success) throw new Error(new TextDecoder().decode(last.stderr));
    const identical = JSON.stringify(await allRows(runs)) === JSON.stringify(whole.rows);
    return { kills: killed, identical };
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
}

function words(arm: string, seed: number, runs: string): string[] {
  return [experiment, "--arm", arm, "--seed", String(seed), "--runs", runs];
}
