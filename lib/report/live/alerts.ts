/**
 * Signs of trouble in a run, each as a sentence that says what was seen and why it matters. They ask for a look; none of
 * them says that a run is lost.
 *
 * @module
 */
import { staleAfter } from "./space_watch.ts";

/** The kinds. */
export type AlertKind = "entropy-collapse" | "zero-variance" | "sampler-gap" | "stale-space" | "silent";

/** One sign of trouble. */
export type Alert = {
  /** Its kind. */
  readonly kind: AlertKind;
  /** What was seen and why it matters, in words. */
  readonly message: string;
};

/** What alerts are drawn from. `recent` are means over the last {@linkcode alertWindow} iterations. */
export interface AlertFigures {
  /** Training iterations so far. */
  readonly iteration: number;
  /** Mean entropy of the first iterations, in nats. */
  readonly entropyAtFirst: number | null;
  /** Mean entropy of late, in nats. */
  readonly entropy: number | null;
  /** Share of groups that taught nothing of late. */
  readonly zeroVariance: number | null;
  /** Mean |log π trainer − log π sampler| of late, in nats. */
  readonly samplerGap: number | null;
  /** Share of partial histories in the task space with a stale score. */
  readonly stale: number | null;
  /** Seconds since the last line, of a run that says it is running; `null` of others. */
  readonly silentSeconds: number | null;
  /** Seconds that an iteration takes of late. */
  readonly stepSeconds: number | null;
}

/** Means are taken over so many iterations: a single one says little. */
export const alertWindow = 20;

/** Where each alert begins. */
export const thresholds = {
  /** Entropy of late relative to that of the first iterations. */
  entropyShare: 0.1,
  /** Share of groups. */
  zeroVariance: 0.9,
  /** In nats: importance ratios are off by about a tenth. */
  samplerGap: 0.1,
  /** Share of partial histories. */
  stale: 0.5,
  /** The least silence in seconds, and how many iterations' time. */
  silentSeconds: 300,
  silentSteps: 20,
} as const;

/**
 * The alerts of a run, the most telling first; none before there are as many iterations as a mean is taken over.
 *
 * @example
 * ```ts
 * import { alertsOf } from "exitlab/lib/report/live/alerts.ts";
 * import assert from "node:assert/strict";
 *
 * const [alert] = alertsOf({
 *   iteration: 50,
 *   entropyAtFirst: 1,
 *   entropy: 0.02,
 *   zeroVariance: 0.5,
 *   samplerGap: 0,
 *   stale: null,
 *   silentSeconds: 3,
 *   stepSeconds: 1,
 * });
 * assert.equal(alert?.kind, "entropy-collapse");
 * ```
 */
export function alertsOf(figures: AlertFigures): Alert[] {
  const alerts: Alert[] = [];
  const { iteration, entropyAtFirst, entropy, zeroVariance, samplerGap, stale } = figures;
  const { silentSeconds, stepSeconds } = figures;
  const enough = iteration >= alertWindow;
  const last = `in the last ${alertWindow} iterations`;
  // The first iterations are to be others than the last.
  if (
    iteration >= 2 * alertWindow && entropy !== null && entropyAtFirst !== null && entropyAtFirst > 0 &&
    entropy < thresholds.entropyShare * entropyAtFirst
  ) {
    alerts.push({
      kind: "entropy-collapse",
      message:
        `Entropy fell to ${entropy.toFixed(3)} nats ${last}, from ${entropyAtFirst.toFixed(3)} in the ` +
        `first ${alertWindow}: the policy hardly varies its answers, so that it explores little and its groups ` +
        "teach little; a higher temperature or entropy bonus keeps it wider",
    });
  }
  if (enough && zeroVariance !== null && zeroVariance > thresholds.zeroVariance) {
    alerts.push({
      kind: "zero-variance",
      message:
        `${percent(zeroVariance)} of the groups taught nothing ${last}, for all their rollouts got the ` +
        "same reward: most of the tokens are spent on tasks that are too easy or too hard",
    });
  }
  if (enough && samplerGap !== null && samplerGap > thresholds.samplerGap) {
    alerts.push({
      kind: "sampler-gap",
      message:
        `Trainer and sampler differ by ${samplerGap.toFixed(3)} nats a token ${last}: rollouts are not ` +
        "what the trained weights would write, and importance ratios are off by about as much; look for stale " +
        "weights, another precision or another tokenizer",
    });
  }
  if (stale !== null && stale > thresholds.stale) {
    alerts.push({
      kind: "stale-space",
      message:
        `${percent(stale)} of the partial histories in the task space were neither found nor scored in ` +
        `the last ${staleAfter} iterations: the curriculum chooses by the learnability of an older policy`,
    });
  }
  const patience = Math.max(thresholds.silentSeconds, thresholds.silentSteps * (stepSeconds ?? 0));
  if (silentSeconds !== null && silentSeconds > patience) {
    alerts.push({
      kind: "silent",
      message:
        `Nothing was written for ${Math.floor(silentSeconds / 60)} minutes: the run evaluates or waits for ` +
        "its engine, or was killed; then the same command resumes it",
    });
  }
  return alerts;
}

/** Rounded down, save for the error of a sum: what is not all is never 100 %. */
function percent(share: number): string {
  return `${Math.floor(100 * share + 1e-9)} %`;
}
