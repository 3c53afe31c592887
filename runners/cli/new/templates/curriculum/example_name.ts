/**
 * Replays the starts whose groups disagree most, beside fresh root tasks. This is
 * a working example: change it into your own curriculum. `defineCurriculum` sees
 * to options, storing and restoring; what is below decides.
 */
import {
  type CurriculumPart,
  defineCurriculum,
  groupVariance,
  probability,
  scoredSpace,
  whole,
} from "exitlab";
import * as v from "valibot";

/** What an experiment may choose. */
type Options = {
  /** How likely a start is a replay, once there is something to replay. */
  readonly share: number;
  /** The most starts that are remembered. Memory must have an end. */
  readonly capacity: number;
};

/** The curriculum, as an experiment imports it. */
export const exampleName: (options?: Partial<Options>) => CurriculumPart = defineCurriculum({
  name: "example-name",
  schema: v.strictObject({
    share: v.optional(probability, 0.5),
    capacity: v.optional(whole(1), 256),
  }),
  // It starts from earlier attempts too; `false` for root tasks alone.
  histories: true,
  create: ({ share, capacity }: Options, { roots, random }) => {
    const space = scoredSpace({ capacity });
    return {
      // All that it remembers: stored in checkpoints, and restored.
      keeps: { space },
      // The next starts. All chance comes from `random`.
      next: (count) => {
        const draws = Array.from({ length: count }, () => random.chance(share));
        const wanted = space.size === 0 ? 0 : draws.filter(Boolean).length;
        const replayed = space.draw(random, wanted);
        return random.shuffle([...replayed, ...roots.draw(count - wanted)]);
      },
      // What became of them: a score for each start, and its successors.
      observe: (outcomes) => {
        for (const { start, rollouts } of outcomes) {
          const score = groupVariance(rollouts, "reward");
          if (space.has(start.id)) space.measure(start.id, score);
          const [first] = rollouts;
          for (const next of first?.successors ?? []) space.offer(next, score);
        }
      },
      space: () => space.entries(),
      metrics: () => ({ space: space.size, score_max: space.largestScore }),
    };
  },
});

export default exampleName();
