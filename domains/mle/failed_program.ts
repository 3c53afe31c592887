import type { SandboxReport, Verdict } from "../../lib/domain/mod.ts";

/** The most characters of what a failed program printed that its author is shown. */
const longestTail = 1000;

/** The verdict on a program that did not run, or gave nothing that can be scored. */
export const failedVerdict: Verdict = { quality: 0, solved: false, reward: 0, failed: true };

/**
 * What the author of a failed program is told: what went wrong, and the end of what it printed unless it was ended, as that
 * hangs on the moment.
 */
export function failureText(
  message: string,
  { outcome, output }: Pick<SandboxReport, "outcome" | "output">,
): string {
  const tail = outcome === "failed" || outcome === "done" ? output.trim().slice(-longestTail) : "";
  return `The program failed: ${message}` + (tail === "" ? "" : `\nIt printed at its end:\n${tail}`);
}
