import type { Domain } from "../domain/domain.ts";
import type { Attempt } from "../domain/verdict.ts";
import { mean } from "../metrics/estimate.ts";
import type { EventRow } from "../metrics/rows.ts";
import type { EvaluationOutcome } from "./evaluate.ts";

/** What figures are made of: the responses of an episode, one a turn, with the verdict on each. */
export interface PlayedEpisode {
  /** In the order of turns; of a rollout, from the turn that it started at. */
  readonly attempts: readonly Attempt[];
}

/**
 * The domain's own figures (`Domain.metrics`), as means over the episodes that have them; nothing if it has none. A
 * mean that is no finite number is left out.
 */
export function domainFigures(domain: Domain, episodes: readonly PlayedEpisode[]): Record<string, number> {
  const values = new Map<string, number[]>();
  for (const { attempts } of episodes) {
    for (const [name, value] of Object.entries(domain.metrics?.(attempts) ?? {})) {
      const known = values.get(name);
      if (known === undefined) values.set(name, [value]);
      else known.push(value);
    }
  }
  return Object.fromEntries(
    [...values]
      .map(([name, all]) => [`${domain.kind}_${name}`, mean(all)] as const)
      .filter(([, value]) => Number.isFinite(value)),
  );
}

/**
 * The domain's own figures over an evaluation, for the `events` table: a row for each benchmark and k, whose message is a
 * JSON object with `split`, `step` and the figures. No rows if the domain has none.
 */
export function evaluationFigures(
  domain: Domain,
  outcomes: readonly EvaluationOutcome[],
  iteration: number,
  time: string,
): EventRow[] {
  const cells = Map.groupBy(outcomes, ({ benchmark, step }) => JSON.stringify([benchmark, step]));
  return [...cells.values()].flatMap((episodes): EventRow[] => {
    const figures = domainFigures(domain, episodes);
    const [first] = episodes;
    if (first === undefined || Object.keys(figures).length === 0) return [];
    const message = JSON.stringify({ split: first.benchmark, step: first.step, ...figures });
    return [{ iteration, time, level: "info", kind: "domain-figures", message }];
  });
}
