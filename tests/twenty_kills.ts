/**
 * Kills runs twenty times at random moments, resumes them, and compares every row with an undisturbed run:
 * `deno run -A tests/twenty_kills.ts`. A shorter form is among the tests.
 *
 * @module
 */
import { killAndResume, undisturbed } from "./support/kills.ts";

const plan = [["grpo", 6], ["chain", 7], ["exit", 7]] as const;
let failed = 0;
for (const [arm, kills] of plan) {
  const whole = await undisturbed(arm, 1);
  const report = await killAndResume(arm, 1, kills, whole);
  if (!report.identical) failed++;
  const text = `${arm}: killed ${report.kills} times, rows ${report.identical ? "identical" : "DIFFERENT"}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
Deno.exit(failed === 0 ? 0 : 1);
