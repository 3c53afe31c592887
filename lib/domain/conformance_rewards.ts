import type { Domain } from "./domain.ts";
import type { Findings } from "./finding.ts";
import type { Verdict } from "./verdict.ts";

const modes = ["improve", "debug", "diverge", "custom-other"] as const;

/** Verdicts as they may stand before and after a self-iteration step. */
const verdicts: readonly Verdict[] = [
  { quality: 0, solved: false, reward: 0, failed: true },
  { quality: 0, solved: false, reward: 0 },
  { quality: 0.5, solved: false, reward: 0.5 },
  { quality: 1, solved: true, reward: 1 },
];

/** Holds a reward rule of the domain's own to numbers in [0, 1], whatever was better or worse before. */
export function checkRewards({ selfIterationReward: rule }: Domain, findings: Findings): void {
  if (typeof rule !== "function") return;
  for (const mode of modes) {
    for (const before of verdicts) {
      for (const after of verdicts) {
        const reward = rule(before, after, mode);
        findings.expect(
          reward >= 0 && reward <= 1,
          "verdict",
          `selfIterationReward gives ${reward} in "${mode}" for a reward of ${after.reward} after ${before.reward}, ` +
            "outside [0, 1]",
          "Keep it in [0, 1], where nothing was left to gain too: Math.max(0, …), and no division by 1 − 1",
        );
      }
    }
  }
}
