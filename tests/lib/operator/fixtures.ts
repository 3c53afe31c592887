import type { Mode } from "exitlab/lib/domain/domain.ts";
import type { Attempt, Verdict } from "exitlab/lib/domain/verdict.ts";
import type { EmbedSpans, WeighedGroup, WeighedRollout } from "exitlab/lib/operator/operator.ts";

/** A verdict whose quality is its reward. */
export function verdict(reward: number, solved: boolean = reward === 1): Verdict {
  return { quality: reward, solved, reward };
}

/** An attempt that the domain says nothing about. */
export function attempt(response: string, reward: number = 0): Attempt {
  return { response, verdict: verdict(reward), feedback: null };
}

/** A rollout of one turn, its tokens those of its text. */
export function rollout(text: string, reward: number = 0, before: Attempt | null = null): WeighedRollout {
  const tokens = [1, ...Array.from(text, (letter) => letter.codePointAt(0) ?? 0), 0];
  return { before, responses: [text], span: { tokens, from: 1 }, verdict: verdict(reward), reward };
}

/** A group of rollouts with these texts, all wrong. */
export function group(mode: Mode, ...texts: readonly string[]): WeighedGroup {
  const before = mode === "base" ? null : attempt("before");
  return { mode, rollouts: texts.map((text) => rollout(text, 0, before)) };
}

/** Stands in for a policy that is not to be asked. */
export const noEmbeddings: EmbedSpans = () => Promise.reject(new Error("The policy was asked"));
