import { closest } from "../closest.ts";
import { UserError } from "../errors.ts";
import type { RunResults } from "./run_results.ts";

/** An arm with the runs that count for it. */
export type ComparedArm = {
  /** Its name; with the experiment before it or the variant behind it where the name alone is not unique. */
  readonly label: string;
  /** The experiment's name. */
  readonly experiment: string;
  /** The arm's name. */
  readonly arm: string;
  /** A short hash of its settings. */
  readonly variant: string;
  /** One run a seed, by seed. */
  readonly runs: readonly RunResults[];
};

/**
 * Sorts runs into arms. An arm with other settings, or of another experiment, is another arm; of several runs with
 * equal settings and seed the newest counts. Arms come in the order in which they were begun.
 *
 * @returns The arms, and one sentence for each run that does not count.
 */
export function groupArms(
  results: readonly RunResults[],
): { readonly arms: readonly ComparedArm[]; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const groups = Map.groupBy(
    results.toSorted((a, b) => compareText(a.started, b.started) || compareText(a.run, b.run)),
    ({ experiment, arm, variant }) => JSON.stringify([experiment, arm, variant]),
  );
  const severalExperiments = new Set(results.map(({ experiment }) => experiment)).size > 1;
  const arms = [...groups.values()].flatMap((group): ComparedArm[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { experiment, arm, variant } = first;
    const newest = new Map<number, RunResults>();
    for (const run of group) {
      const older = newest.get(run.seed);
      if (older !== undefined && older.run !== run.run) {
        notes.push(
          `Run "${older.run}" is left out: "${run.run}" is a newer run of the same settings and seed`,
        );
      }
      newest.set(run.seed, run);
    }
    const severalVariants = new Set(
      results.filter((other) => other.experiment === experiment && other.arm === arm)
        .map((other) => other.variant),
    ).size > 1;
    return [{
      label: `${severalExperiments ? `${experiment}/` : ""}${arm}${severalVariants ? `@${variant}` : ""}`,
      experiment,
      arm,
      variant,
      runs: [...newest.values()].toSorted((a, b) => a.seed - b.seed),
    }];
  });
  return { arms, notes };
}

/**
 * The arms that names mean: a label, or an arm's name for all its variants. In the order of the names.
 *
 * @param option The option that the names were given to, for the message.
 * @throws {UserError} If a name means no arm.
 */
export function selectArms(
  arms: readonly ComparedArm[],
  names: readonly string[],
  option: string,
): ComparedArm[] {
  const selected = names.flatMap((name) => {
    const meant = arms.filter(({ label, arm }) => label === name || arm === name);
    if (meant.length > 0) return meant;
    const labels = arms.map(({ label }) => label);
    const guess = closest(name, labels);
    throw new UserError(
      `Expected ${option} to name an arm but found "${name}" (${
        guess === undefined ? `there are ${labels.join(", ")}` : `did you mean "${guess}"?`
      })`,
    );
  });
  return [...new Set(selected)];
}

/** The arm that others are compared with unless one is named: the first called `grpo`, or else the first. */
export function defaultReference(arms: readonly ComparedArm[]): ComparedArm[] {
  return [arms.find(({ arm }) => arm === "grpo") ?? arms[0]].filter((arm) => arm !== undefined);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
