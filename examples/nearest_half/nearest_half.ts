/** Replays the starts whose mean reward is nearest to one half: neither too hard nor too easy. */
import { type CurriculumPart, defineCurriculum, probability, scoredSpace, whole } from "exitlab";
import * as v from "valibot";

type Options = { readonly share: number; readonly capacity: number };

/** Of each batch a `share` comes from at most `capacity` attempts that are remembered, the rest are fresh tasks. */
export const nearestHalf: (options?: Partial<Options>) => CurriculumPart = defineCurriculum({
  name: "nearest-half",
  schema: v.strictObject({ share: v.optional(probability, 0.5), capacity: v.optional(whole(1), 256) }),
  histories: true,
  create: ({ share, capacity }: Options, { roots, random }) => {
    const space = scoredSpace({ capacity });
    return {
      keeps: { space },
      next: (count) => {
        const replayed = space.draw(random, space.size === 0 ? 0 : Math.round(share * count));
        return random.shuffle([...replayed, ...roots.draw(count - replayed.length)]);
      },
      observe: (outcomes) => {
        for (const { start, rollouts } of outcomes) {
          const mean = rollouts.reduce((sum, { verdict }) => sum + verdict.reward, 0) / rollouts.length;
          // 1 at one half, 0 where all or nothing succeeds: also for graded rewards, whose variance may be small.
          const score = 1 - 2 * Math.abs(mean - 0.5);
          if (space.has(start.id)) space.measure(start.id, score);
          for (const next of rollouts[0]?.successors ?? []) space.offer(next, score);
        }
      },
      space: () => space.entries(),
      metrics: () => ({ space: space.size, score_max: space.largestScore }),
    };
  },
});

export default nearestHalf();
