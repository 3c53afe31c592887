/**
 * Pays for progress: an attempt that is rewritten into a better one earns a share
 * of what its quality gained. This is a working example: change it into your own.
 *
 * An operator may also change what is asked (`transform` and `word`), what a
 * rollout weighs (`factors`) or what is learned beside (`imitations`).
 */
import { defineOperator, type OperatorPart, probability } from "exitlab";
import * as v from "valibot";

/** What an experiment may choose. */
type Options = {
  /** The share of the gained quality that is paid. */
  readonly share: number;
};

/** The operator, as an experiment imports it. */
export const exampleName: (options?: Partial<Options>) => OperatorPart = defineOperator({
  name: "example-name",
  schema: v.strictObject({ share: v.optional(probability, 0.5) }),
  // It has nothing to do where there is no earlier attempt.
  needsAttempts: true,
  build: ({ share }: Options) => ({
    // A reward for each rollout, in order. Verdicts stay as they are.
    rewards: ({ mode, rollouts }) =>
      rollouts.map(({ before, verdict, reward }) => {
        if (mode === "base" || before === null) return reward;
        const gained = Math.max(0, verdict.quality - before.verdict.quality);
        return reward + share * gained * (1 - reward);
      }),
  }),
});

export default exampleName();
